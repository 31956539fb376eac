Attribute VB_Name = "CchcHost"
Option Explicit

' Stands in for the module that touches the system: answers as a test says and tells what it was asked.

Private asked As String
Private foundPython As String
Private exitCode As String
Private logText As String
Private protectedView As String
Private refusal As String

Public Function Press(ByVal button As String, ByVal python As String, ByVal code As String, ByVal log As String, _
        ByVal protection As String, ByVal raises As String) As String
    Dim control As New FakeControl
    asked = ""
    foundPython = python
    exitCode = code
    logText = log
    protectedView = protection
    refusal = raises
    control.ID = button
    CchcPress control
    Press = asked
End Function

Private Sub Note(ByVal words As String)
    asked = asked & words & Chr$(10) & Chr$(31)
End Sub

Public Function HostExpanded(ByVal path As String) As String
    HostExpanded = path
End Function

Public Function HostFileExists(ByVal path As String) As Boolean
    HostFileExists = Len(foundPython) > 0
End Function

Public Function HostLogFile() As String
    HostLogFile = "C:\Temp\cchc-1.log"
End Function

Public Function HostRun(ByVal commandLine As String, ByVal python As String) As Long
    If Len(refusal) > 0 Then Err.Raise 70, "WScript.Shell", refusal
    Note "run " & commandLine
    HostRun = CLng(exitCode)
End Function

Public Function HostReadLog(ByVal path As String) As String
    HostReadLog = logText
End Function

Public Sub HostRemove(ByVal path As String)
    Note "remove " & path
End Sub

Public Function HostProgram() As String
    HostProgram = "C:\Office\EXCEL.EXE"
End Function

Public Function HostWindow() As String
    HostWindow = "4711"
End Function

Public Function HostInProtectedView() As Boolean
    HostInProtectedView = Len(protectedView) > 0
End Function

Public Sub HostStartOnMac(ByVal lines As String)
    Note "mac " & lines
End Sub

Public Sub HostProgress(ByVal words As String)
    Note "progress " & words
End Sub

Public Sub HostTell(ByVal words As String)
    Note "tell " & words
End Sub
