# Installs clinicmaster-cdc @VERSION@ from this folder alone; nothing is fetched from anywhere.
#   install.cmd [flags of clinicmaster-cdc @COMMAND@]     in a window "as administrator"
# Environment: CDC_NODE (a node.exe of your own), CDC_PROGRAM_DIR (where the program goes).
# For Windows PowerShell 5.1 and newer; plain ASCII.
$ErrorActionPreference = 'Stop'
$env:CDC_OFFLINE = '1'
$flags = $args
$here = Split-Path -Parent $MyInvocation.MyCommand.Path
$program = Join-Path $here 'clinicmaster-cdc-@VERSION@.tgz'
$image = Join-Path $here 'image-@TARGET@.tar.gz'

function Stop-Here([int]$code, [string[]]$lines) {
  foreach ($line in $lines) { [Console]::Error.WriteLine($line) }
  exit $code
}

# --- 1. The files are those that were written; else nothing is touched.
$sums = Join-Path $here 'SHA256SUMS'
if (-not (Test-Path -LiteralPath $sums)) {
  Stop-Here 3 @('SHA256SUMS is missing: this folder was not copied whole. Nothing was changed.')
}
Write-Host 'Checking the files ...'
$wrong = @()
$checked = @()
foreach ($line in (Get-Content -LiteralPath $sums)) {
  if ($line -notmatch '^([0-9a-f]{64})  (.+)$') { continue }
  $wanted = $Matches[1]
  $name = $Matches[2]
  $file = Join-Path $here $name
  if (-not (Test-Path -LiteralPath $file)) { $wrong += "  ${name}: missing"; continue }
  $checked += $name
  if ((Get-FileHash -Algorithm SHA256 -LiteralPath $file).Hash.ToLower() -ne $wanted) {
    $wrong += "  ${name}: another content than was written"
  }
}
foreach ($name in @('install.ps1', (Split-Path -Leaf $program), (Split-Path -Leaf $image))) {
  if ($checked -notcontains $name) { $wrong += "  ${name}: not in SHA256SUMS" }
}
if ($wrong.Count -gt 0) {
  Stop-Here 3 (@('These files are not what was written:') + $wrong + @('Copy the folder again. Nothing was changed.'))
}

# --- 2. Where things go.
$base = $env:CDC_PROGRAM_DIR
if (-not $base) { $base = Join-Path $env:ProgramData 'clinicmaster-cdc-program' }
New-Item -ItemType Directory -Force -Path $base | Out-Null

# --- 3. Node.js, 20.17 or newer: CDC_NODE, the one of this machine, or the one on this stick.
function Test-Recent([string]$node) {
  try { $parts = (& $node -p 'process.versions.node').Split('.') } catch { return $false }
  return ([int]$parts[0] -gt 20) -or ([int]$parts[0] -eq 20 -and [int]$parts[1] -ge 17)
}
$node = $null
$own = Get-Command node.exe -ErrorAction SilentlyContinue | Select-Object -First 1
$candidates = @($env:CDC_NODE)
if ($own) { $candidates += $own.Source }
$candidates += (Join-Path $base 'node\node.exe')
foreach ($candidate in $candidates) {
  if ($candidate -and (Test-Path -LiteralPath $candidate) -and (Test-Recent $candidate)) { $node = $candidate; break }
}
$processor = 'x64'
if ($env:PROCESSOR_ARCHITECTURE -eq 'ARM64') { $processor = 'arm64' }
if (-not $node) {
  $archive = Get-ChildItem -LiteralPath $here -Filter "node-v*-win-$processor.zip" | Select-Object -First 1
  if ($archive) {
    if ($checked -notcontains $archive.Name) { Stop-Here 3 @("$($archive.Name) is not in SHA256SUMS; nothing was installed.") }
    Write-Host "Unpacking $($archive.Name) ..."
    $new = Join-Path $base 'node.new'
    $final = Join-Path $base 'node'
    foreach ($old in @($new, $final)) { if (Test-Path -LiteralPath $old) { Remove-Item -Recurse -Force -LiteralPath $old } }
    Expand-Archive -LiteralPath $archive.FullName -DestinationPath $new
    Move-Item -LiteralPath (Join-Path $new $archive.BaseName) -Destination $final
    Remove-Item -Recurse -Force -LiteralPath $new
    $unpacked = Join-Path $final 'node.exe'
    if (Test-Recent $unpacked) { $node = $unpacked }
  }
}
if (-not $node) {
  Stop-Here 3 @(
    'Node.js 20.17 or newer is needed, and there is none on this machine or this stick.',
    "On a machine with the internet, fetch `"Windows Binary (.zip), $processor`" of the LTS version from",
    "https://nodejs.org/en/download : node-v<version>-win-$processor.zip",
    'Make the stick again with: clinicmaster-cdc bundle --offline --with-node FILE',
    'or install the .msi from there, then start install.cmd again.')
}

# --- 4. The program. tar.exe is part of Windows Server 2019, Windows 10 1803 and newer.
if (-not (Get-Command tar.exe -ErrorAction SilentlyContinue)) {
  Stop-Here 3 @('This Windows has no tar.exe; Windows Server 2019 or newer is needed. Nothing was installed.')
}
$new = Join-Path $base '@VERSION@.new'
$final = Join-Path $base '@VERSION@'
foreach ($old in @($new, $final)) { if (Test-Path -LiteralPath $old) { Remove-Item -Recurse -Force -LiteralPath $old } }
New-Item -ItemType Directory -Path $new | Out-Null
& tar.exe -xzf $program -C $new
if ($LASTEXITCODE -ne 0) { Stop-Here 3 @("$program could not be unpacked.") }
Move-Item -LiteralPath $new -Destination $final
$main = Join-Path $final 'package\bin\clinicmaster-cdc.js'
$command = Join-Path $base 'clinicmaster-cdc.cmd'
Set-Content -LiteralPath $command -Encoding Oem -Value @('@echo off', "`"$node`" `"$main`" %*")
Write-Host "Installed: $command (@VERSION@)"

# --- 5. The facility.
$arguments = @($main) + '@COMMAND@'.Split(' ') + @('--offline', '--image-file', $image) + '@IMAGE_FLAG@'.Split(' ', [StringSplitOptions]::RemoveEmptyEntries)
$enrolment = Join-Path $here 'enrolment.json'
if (Test-Path -LiteralPath $enrolment) { $arguments += @('--enrolment', $enrolment) }
if ($flags) { $arguments += $flags }
& $node @arguments
exit $LASTEXITCODE
