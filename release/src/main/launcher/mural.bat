@echo off
rem Runs mural from an unpacked release: by the Java that came with it, else by JAVA_HOME's, else by the first on the PATH.
rem MURAL_JAVA_OPTS  more options for the JVM
setlocal
set "ROOT=%~dp0.."
set "HOME_OF_JAVA=%ROOT%\runtime"
if exist "%HOME_OF_JAVA%\bin\java.exe" goto found
set "HOME_OF_JAVA=%JAVA_HOME%"
if defined JAVA_HOME if exist "%HOME_OF_JAVA%\bin\java.exe" goto check
set "HOME_OF_JAVA="
for %%j in (java.exe) do if not "%%~$PATH:j"=="" set "HOME_OF_JAVA=%%~dp$PATH:j.."
if not defined HOME_OF_JAVA goto missing

:check
rem A Java without a release file is tried as it is.
if not exist "%HOME_OF_JAVA%\release" goto found
findstr /r /c:"^JAVA_VERSION=.2[5-9]" /c:"^JAVA_VERSION=.[3-9][0-9]" "%HOME_OF_JAVA%\release" >nul
if errorlevel 1 goto missing

:found
set "CACHE="
for %%f in ("%ROOT%\compute-*.aot") do set CACHE="-XX:AOTCache=%%~ff" -XX:+VerifySharedSpaces
"%HOME_OF_JAVA%\bin\java.exe" -Xlog:disable "-Xlog:all=warning,aot*=off,cds*=off:stderr" -Djava.awt.headless=true "-Dmural.home=%ROOT%" -XX:+UseSerialGC -XX:MaxRAMPercentage=70 --add-modules jdk.incubator.vector %CACHE% %MURAL_JAVA_OPTS% -jar "%ROOT%\mural.jar" %*
exit /b %ERRORLEVEL%

:missing
>&2 echo mural: no JDK 25 or newer found: install one, such as Temurin 25 from https://adoptium.net, or point JAVA_HOME at it
exit /b 1
