@echo off
rem Starts vision-server.sh inside the Windows Subsystem for Linux. Arguments are passed on; tools/wsl.sh makes Linux paths
rem of those that are paths, such as .\models\x and C:\models\x. cmd.exe itself splits arguments at , ; and =, unless they
rem stand in double quotes; PowerShell takes its own quotes off before that, so write '"<DocVQA>"' there.
rem VISION_WSL_DISTRIBUTION names a distribution other than the default one.
setlocal EnableExtensions DisableDelayedExpansion

rem Where WSL is not installed, wsl.exe is there all the same and offers to install it; only --status ends at once.
where wsl.exe >nul 2>nul
if errorlevel 1 goto no_wsl
wsl.exe --status >nul 2>nul
if %errorlevel% equ 50 goto no_wsl

set "distribution="
if defined VISION_WSL_DISTRIBUTION set distribution=--distribution "%VISION_WSL_DISTRIBUTION%"
rem wsl.exe ends with -1 when it fails itself, so "if errorlevel 1" would miss that.
wsl.exe %distribution% --exec bash -c true >nul 2>nul <nul
if %errorlevel% equ 0 goto has_bash
wsl.exe %distribution% --exec sh -c true >nul 2>nul <nul
if %errorlevel% equ 0 goto no_bash
goto no_distribution
:has_bash

rem WSL translates this variable by itself, whatever the folder's name: nothing has to be read back here.
set "VISION_FOLDER=%~dp0"
if "%VISION_FOLDER:~0,2%"=="\\" goto network_folder

rem What is set for the server here is set there as well.
set "names=VISION_FOLDER/p"
for %%P in (VISION_SERVER_ HF_ HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY) do call :pass %%P 2>nul
if defined WSLENV set "names=%WSLENV%:%names%"
set "WSLENV=%names%"

wsl.exe %distribution% --exec bash -c "test -r \"$VISION_FOLDER/tools/wsl.sh\"" >nul 2>nul <nul
if %errorlevel% neq 0 goto no_folder

rem The dot keeps a backslash at an argument's end from the quote, which it would escape; tools/wsl.sh takes it off.
set "arguments="
:next_argument
if [%1]==[] goto start
set arguments=%arguments% "%~1."
shift
goto next_argument

:start
wsl.exe %distribution% --exec bash -c "exec bash \"$VISION_FOLDER/tools/wsl.sh\" \"$@\"" vision-server %arguments%
exit /b %errorlevel%

rem Adds the names of the variables that begin like its argument to those that are passed on.
:pass
for /f "delims==" %%V in ('set %1') do call set "names=%%names%%:%%V"
exit /b 0

:no_wsl
echo vision-server runs inside the Windows Subsystem for Linux, which is not installed. 1>&2
echo Open a terminal as administrator, run: wsl --install, restart Windows, and try again. 1>&2
exit /b 1

:no_distribution
echo vision-server runs inside the Windows Subsystem for Linux, but no Linux distribution starts there. 1>&2
echo Install one with: wsl --install -d Debian. What is wrong otherwise, wsl --status says. 1>&2
exit /b 1

:no_bash
echo vision-server runs inside the Windows Subsystem for Linux, but the distribution there has no bash. 1>&2
echo Docker Desktop's own is like that. Install one with: wsl --install -d Debian, and make it the default one with: 1>&2
echo wsl --set-default Debian, or name it: set VISION_WSL_DISTRIBUTION=Debian 1>&2
exit /b 1

:no_folder
echo WSL cannot see the folder "%VISION_FOLDER%". Copy the repository to a local drive such as C:. 1>&2
exit /b 1

:network_folder
echo The folder "%VISION_FOLDER%" is on no drive of this machine. 1>&2
echo Run ./vision-server.sh inside WSL, or copy the repository to C:. 1>&2
exit /b 1
