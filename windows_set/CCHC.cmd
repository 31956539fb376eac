@echo off
rem Double-click this file, or drop a form or a campaign folder on it. ASCII only: this console may know no other letters.
rem A name with an ampersand must not be run as two commands: dropped names are read from the untouched command line by Python,
rem and the last line ends cmd itself, so that whatever stands behind the ampersand is never reached.
setlocal EnableExtensions DisableDelayedExpansion
set "CCHC_SELF=%~f0"
set "CCHC_PROGRAM=%~dp0chuong_trinh\khoi_dong.py"
set CCHC_ARGUMENTS=%*
rem The program's own path stands in no command line either: it may hold an ampersand, too.
set "CCHC_START=import os, runpy; runpy.run_path(os.environ['CCHC_PROGRAM'], run_name='__main__')"
rem A program lying in the folder this was started from is never taken for Python.
set "NoDefaultCurrentDirectoryInExePath=1"
set "CCHC_PYTHON="
set "CCHC_FOUND="
setlocal EnableDelayedExpansion
set "CCHC_LINE=!cmdcmdline!"

for %%C in ("py" "py -3.14" "py -3.13" "py -3.12" "py -3.11" "python" "python3") do (
    if not defined CCHC_PYTHON (
        %%~C -I -c "import sys" >nul 2>nul
        if !ERRORLEVEL! == 0 set "CCHC_FOUND=1"
        %%~C -I -c "!CCHC_START!" --fits >nul 2>nul
        if !ERRORLEVEL! == 0 set "CCHC_PYTHON=%%~C"
    )
)

if defined CCHC_PYTHON (
    !CCHC_PYTHON! -I -X utf8 -c "!CCHC_START!"
    set "CCHC_CODE=!ERRORLEVEL!"
    goto end
)

set "CCHC_CODE=3"
echo.
if defined CCHC_FOUND (
    echo Python tren may nay khong dung duoc: can Python 3.11 den 3.14, ban 64 bit cua python.org ^(khong phai ban cua Store^).
) else (
    echo May nay chua co Python. Can Python 3.11 den 3.14, ban 64 bit cua python.org.
)
echo Nho bo phan cong nghe thong tin cai Python cho nguoi dung nay ^(khong can quyen quan tri^),
echo roi bam lai tep nay. Xem tep DOC_TRUOC.txt.
echo Chua co gi tren may bi thay doi.
echo.
pause

:end
if /i "!CCHC_LINE:%~nx0=!" == "!CCHC_LINE!" exit /b !CCHC_CODE!
exit !CCHC_CODE!
