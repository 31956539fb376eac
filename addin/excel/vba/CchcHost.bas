Attribute VB_Name = "CchcHost"
Option Explicit

' What touches the system: files, processes, message boxes. VBA's own Open, Dir, Kill, Environ and MsgBox lose Vietnamese
' letters on Windows, so the scripting objects of Windows are used; all bound late, so that this compiles on a Mac as well.

' A path with %NAMES% of the environment filled in.
Public Function HostExpanded(ByVal path As String) As String
    HostExpanded = CreateObject("WScript.Shell").ExpandEnvironmentStrings(path)
End Function

Public Function HostFileExists(ByVal path As String) As Boolean
    HostFileExists = CreateObject("Scripting.FileSystemObject").FileExists(path)
End Function

' A new name in the user's folder for temporary files.
Public Function HostLogFile() As String
    Dim files As Object
    Set files = CreateObject("Scripting.FileSystemObject")
    HostLogFile = files.BuildPath(files.GetSpecialFolder(2).Path, "cchc-" & files.GetBaseName(files.GetTempName()) & ".log")
End Function

' Runs a command line in a hidden window, from Python's own folder, and waits; the exit code.
Public Function HostRun(ByVal commandLine As String, ByVal python As String) As Long
    Dim runner As Object
    Dim before As String
    Dim errorNumber As Long
    Dim errorText As String
    Set runner = CreateObject("WScript.Shell")
    before = runner.CurrentDirectory
    runner.CurrentDirectory = CreateObject("Scripting.FileSystemObject").GetParentFolderName(python)
    On Error Resume Next
    HostRun = runner.Run(commandLine, 0, True)
    errorNumber = Err.Number
    errorText = Err.Description
    runner.CurrentDirectory = before
    On Error GoTo 0
    If errorNumber <> 0 Then Err.Raise errorNumber, "CchcHost", errorText
End Function

' What Python wrote for the officer, read as UTF-8; empty where it wrote nothing.
Public Function HostReadLog(ByVal path As String) As String
    Dim stream As Object
    If Not HostFileExists(path) Then Exit Function
    If CreateObject("Scripting.FileSystemObject").GetFile(path).Size = 0 Then Exit Function
    Set stream = CreateObject("ADODB.Stream")
    stream.Type = 2
    stream.Charset = "utf-8"
    stream.Open
    stream.LoadFromFile path
    HostReadLog = Left$(stream.ReadText, 1500)
    stream.Close
End Function

' Removes a file of ours; one that is held stays for the system's own cleaning.
Public Sub HostRemove(ByVal path As String)
    On Error Resume Next
    CreateObject("Scripting.FileSystemObject").DeleteFile path
End Sub

' Excel's own file, and its window.
Public Function HostProgram() As String
    HostProgram = Application.Path & Application.PathSeparator & Application.Name
End Function

Public Function HostWindow() As String
    Dim program As Object
    Set program = Application
    HostWindow = CStr(program.Hwnd)
End Function

' Whether the window in front is one of Protected View, which macros cannot see; Excel 2007 has none.
Public Function HostInProtectedView() As Boolean
    Dim program As Object
    Set program = Application
    On Error Resume Next
    HostInProtectedView = Not program.ActiveProtectedViewWindow Is Nothing
End Function

' Hands three lines to the script in the user's own folder, which starts Python and does not wait: Python talks to Excel meanwhile.
Public Sub HostStartOnMac(ByVal lines As String)
    #If Mac Then
        AppleScriptTask "cchc.applescript", "CchcStart", lines
    #End If
End Sub

' Words in the status bar, which Python then uses itself; none gives the bar back to Excel.
Public Sub HostProgress(ByVal words As String)
    If Len(words) > 0 Then
        Application.StatusBar = words
    Else
        Application.StatusBar = False
    End If
End Sub

' A message box that shows every letter.
Public Sub HostTell(ByVal words As String)
    #If Mac Then
        MsgBox words, 48, "CCHC"
    #Else
        On Error GoTo Plain
        CreateObject("WScript.Shell").Popup words, 0, "CCHC", 48 + 4096
        Exit Sub
Plain:
        MsgBox words, 48, "CCHC"
    #End If
End Sub
