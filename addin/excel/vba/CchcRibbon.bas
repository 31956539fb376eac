Attribute VB_Name = "CchcRibbon"
Option Explicit

' The buttons of the tab CCHC. Each starts Python once, with the button's id; what the button does is written there.
' Settings and texts stand on this add-in's own sheets: nothing is ever taken from the workbook that is open.

Private busy As Boolean

' The one callback of the ribbon.
Public Sub CchcPress(ByVal control As Object)
    Dim trouble As String
    If busy Then
        HostTell CchcText("busy")
        Exit Sub
    End If
    busy = True
    On Error GoTo Failed
    HostProgress CchcText("working")
    trouble = CchcRun(CStr(control.ID))
    busy = False
    HostProgress ""
    If Len(trouble) > 0 Then HostTell trouble
    Exit Sub
Failed:
    busy = False
    HostProgress ""
    HostTell CchcText("blocked") & vbLf & vbLf & Err.Description
End Sub

' Nothing, or what to tell the officer.
Private Function CchcRun(ByVal button As String) As String
    #If Mac Then
        HostStartOnMac button & vbLf & CchcBookName() & vbLf & HostProgram()
    #Else
        CchcRun = CchcRunOnWindows(button)
    #End If
End Function

Private Function CchcRunOnWindows(ByVal button As String) As String
    Dim python As String
    Dim logFile As String
    Dim exitCode As Long
    If CchcLookUp("nut", button) = "form" And HostInProtectedView() Then
        CchcRunOnWindows = CchcText("protected-view")
        Exit Function
    End If
    python = HostExpanded(CchcSetting("python"))
    If Len(python) = 0 Then
        CchcRunOnWindows = CchcText("not-installed")
        Exit Function
    End If
    If Not HostFileExists(python) Then
        CchcRunOnWindows = CchcText("python-missing") & vbLf & vbLf & python
        Exit Function
    End If
    logFile = HostLogFile()
    exitCode = HostRun(CchcCommand(python, button, logFile), python)
    CchcRunOnWindows = HostReadLog(logFile)
    If Len(CchcRunOnWindows) = 0 And exitCode <> 0 Then
        CchcRunOnWindows = CchcText("python-failed") & " (" & CStr(exitCode) & ")"
    End If
    HostRemove logFile
End Function

' The command line; -I keeps Python away from the folders and the environment somebody else could have prepared.
Private Function CchcCommand(ByVal python As String, ByVal button As String, ByVal logFile As String) As String
    CchcCommand = Quoted(python) & " -I -X utf8 -m addin.run " & button & " " & Quoted("--wb=" & CchcBookName()) _
        & " --from_xl=1 " & Quoted("--app=" & HostProgram()) & " " & Quoted("--hwnd=" & HostWindow()) _
        & " " & Quoted("--log=" & logFile)
End Function

' No file name holds a quotation mark, and no value here ends with a backslash.
Private Function Quoted(ByVal words As String) As String
    Quoted = Chr$(34) & words & Chr$(34)
End Function

' The open workbook's name; empty where none is open, or only one in Protected View.
Private Function CchcBookName() As String
    If Not ActiveWorkbook Is Nothing Then CchcBookName = ActiveWorkbook.Name
End Function

Private Function CchcSetting(ByVal key As String) As String
    CchcSetting = CchcLookUp("cai_dat", key)
End Function

Private Function CchcText(ByVal key As String) As String
    CchcText = CchcLookUp("thong_bao", key)
End Function

' What stands beside the key on a sheet of this add-in.
Private Function CchcLookUp(ByVal sheetName As String, ByVal key As String) As String
    Dim rowNumber As Long
    With ThisWorkbook.Worksheets(sheetName)
        rowNumber = 1
        Do While Len(CStr(.Cells(rowNumber, 1).Value)) > 0
            If CStr(.Cells(rowNumber, 1).Value) = key Then
                CchcLookUp = CStr(.Cells(rowNumber, 2).Value)
                Exit Function
            End If
            rowNumber = rowNumber + 1
        Loop
    End With
End Function
