-- Put by "cchc addin install" into the user's own folder of Excel's scripts, which Excel itself cannot write to.
-- The add-in cchc.xlam hands over three lines: the button, the workbook's name, Excel's file. Which Python runs stands
-- in cchc-python.txt beside this script, so that no workbook can name another program.
on CchcStart(threeLines)
	set buttonName to quoted form of (paragraph 1 of threeLines)
	set bookArgument to quoted form of ("--wb=" & paragraph 2 of threeLines)
	set excelArgument to quoted form of ("--app=" & paragraph 3 of threeLines)
	set theHandler to "on run argv" & linefeed & "display dialog (do shell script \"cat \" & quoted form of item 1 of argv) with title \"CCHC\" buttons {\"OK\"} default button 1 with icon caution" & linefeed & "end run"
	set tellText to quoted form of theHandler
	do shell script "here=\"$HOME/Library/Application Scripts/com.microsoft.Excel\"; log=$(mktemp -t cchc) || exit 1; ( \"$(cat \"$here/cchc-python.txt\")\" -I -X utf8 -m addin.run " & buttonName & " " & bookArgument & " --from_xl=1 " & excelArgument & " --log=\"$log\" || [ -s \"$log\" ] || cat \"$here/cchc-failed.txt\" > \"$log\"; [ ! -s \"$log\" ] || osascript -e " & tellText & " \"$log\"; rm -f \"$log\" ) > /dev/null 2>&1 &"
end CchcStart
