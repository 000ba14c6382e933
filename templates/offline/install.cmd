@echo off
rem Installs clinicmaster-cdc @VERSION@ from this folder alone; nothing is fetched from anywhere.
rem   install.cmd [flags of clinicmaster-cdc @COMMAND@]     in a window "as administrator"
powershell.exe -NoProfile -ExecutionPolicy Bypass -File "%~dp0install.ps1" %*
exit /b %ERRORLEVEL%
