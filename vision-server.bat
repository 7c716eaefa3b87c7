@echo off
rem Starts vision-server.sh inside the Windows Subsystem for Linux. Arguments are passed on; one that is a Windows path,
rem such as C:\models\florence, becomes the path by which Linux knows it.
setlocal EnableExtensions DisableDelayedExpansion

where wsl.exe >nul 2>nul
if errorlevel 1 goto no_wsl
wsl.exe --exec /bin/true >nul 2>nul
if errorlevel 1 goto no_distribution

rem Forward slashes: a backslash in front of a quote would be taken for its escape.
set "folder=%~dp0"
if "%folder:~0,2%"=="\\" goto network_folder
set "linux_path="
call :translate "%folder:\=/%."
if not defined linux_path goto no_folder
set "script=%linux_path%/vision-server.sh"

set "wsl=WSL 2"
wsl.exe --exec grep -qi microsoft-standard /proc/version
if errorlevel 1 set "wsl=WSL 1 (WSL 2 is faster; wsl --set-version changes that)"

set "arguments="
:next_argument
if [%1]==[] goto start
set "argument=%~1"
set "linux_path="
if "%argument:~1,2%"==":\" call :translate "%argument:\=/%"
if "%argument:~1,2%"==":/" call :translate "%argument%"
if defined linux_path set "argument=%linux_path%"
set arguments=%arguments% "%argument%"
shift
goto next_argument

:start
rem What is set for the server here is set there as well.
set "names="
for /f "delims==" %%V in ('set VISION_SERVER_ 2^>nul') do call set "names=%%names%%:%%V"
if defined names if defined WSLENV set "WSLENV=%WSLENV%%names%"
if defined names if not defined WSLENV set "WSLENV=%names:~1%"
echo Starting vision-server inside %wsl%. Ctrl+C stops it. 1>&2
wsl.exe --exec bash "%script%" %arguments%
exit /b %errorlevel%

rem The Linux path of the Windows path %1, in linux_path; nothing when there is none.
:translate
for /f "usebackq delims=" %%P in (`wsl.exe --exec wslpath -u "%~1"`) do set "linux_path=%%P"
exit /b 0

:no_wsl
echo vision-server runs inside the Windows Subsystem for Linux, which is not installed. 1>&2
echo Open a terminal as administrator, run: wsl --install, restart Windows, and try again. 1>&2
exit /b 1

:no_distribution
echo vision-server runs inside the Windows Subsystem for Linux, but no Linux distribution starts there. 1>&2
echo Install one with: wsl --install -d Debian. What is wrong otherwise, wsl --status says. 1>&2
exit /b 1

:no_folder
echo WSL cannot see the folder "%folder%". Copy the repository to a local drive such as C:. 1>&2
exit /b 1

:network_folder
echo The folder "%folder%" is on no drive of this machine. Run ./vision-server.sh inside WSL, or copy it to C:. 1>&2
exit /b 1
