<#
.SYNOPSIS
Captions every picture of a folder by way of a vision-server.
.DESCRIPTION
vision-caption-folder-images.ps1 --help says how it is used. This file works alone, in Windows PowerShell 5.1 and in
PowerShell 7.
.EXAMPLE
.\vision-caption-folder-images.ps1 CAPTION txt photos
#>

$usage = @'
Usage: vision-caption-folder-images.ps1 <prompt> <caption_extension> <folder> [options]

  .\vision-caption-folder-images.ps1 CAPTION txt photos
  .\vision-caption-folder-images.ps1 GENERATE_TAGS tags.txt 'C:\my photos'
  .\vision-caption-folder-images.ps1 CAPTION,GENERATE_TAGS txt,tags photos --full-names --exclude 'draft-*'

Writes a caption beside each picture of the folder and of the folders inside it: photos\cat.jpg gets photos\cat.txt.
Pictures are jpg, jpeg, jpe, jfif, mpo, png, apng, gif, bmp, tif, tiff, webp, heic, heif, hif, avif and jxl files, in
capitals or not; hidden folders and those of other programs are left out. A picture whose caption file exists and is
not blank is skipped, so an interrupted run goes on where it stopped; a file that is no text is never replaced.
cat.jpg and cat.png in one folder would share cat.txt: unless that exists, this is reported and neither is captioned.
A picture that fails doesn't stop the others. The exit code is 1 if any failed. A prompt is written with or without
its angle brackets; PowerShell needs quotes around those. A server that is busy, or still downloading its model, is
waited for; one that goes away, and a download that makes no progress, for 30 seconds. A picture whose connection was
cut is sent again, twice at most.

The prompt may be several tasks with commas between them. With one extension their answers are one caption, joined by
", "; with an extension for each task, txt,tags, each answer gets its own file. Only missing files are asked for.

Options:
  --full-names     keeps the ending of the picture, so that cat.jpg gets cat.jpg.txt, and cat.png gets cat.png.txt
  --exclude GLOB   leaves out pictures and folders with a name like this, such as 'draft-*'; with a slash in it, those
                   with such a path below the folder, such as 'old/**'. * and ? match no slash, ** does. Repeatable

Environment:
  VISION_HOST      the server's address; http://localhost:54880 without it
  VISION_API_KEY   the key, if the server wants one
  VISION_TIMEOUT   after so many seconds a request counts as failed; any time without it
'@

# From here to the matching line below, vision-client.ps1 and vision-caption-folder-images.ps1 are the same, so that
# each works alone; a test compares them. All of it is ASCII: Windows PowerShell misreads other characters.

$callersPreference = $ErrorActionPreference
$ErrorActionPreference = 'Stop'

# True when the last failure is one that other requests would meet as well.
$hopeless = $false
# Whether any server has taken a connection yet, and whether the last request found none that does, or was cut off.
$reached = $false
$unreached = $false
$lost = $false
# For so many seconds a server that was there before is waited for, and a download that makes no progress.
$patience = 30
# More bytes than any answer has: 64 MB.
$largestAnswer = 67108864

# Whether the process was started for this script, and not for a PowerShell that goes on with what it gives.
$scriptName = $MyInvocation.MyCommand.Name
$started = $Host.Name -eq 'ConsoleHost' -and
    @([Environment]::GetCommandLineArgs() | ForEach-Object { ($_ -split '[\\/]')[-1] }) -contains $scriptName

# What a process says is UTF-8, whatever its console's code page is; what was there before is put back at the end.
$consoleEncoding = $null
if ($started) {
    try {
        $consoleEncoding = [Console]::OutputEncoding
        [Console]::OutputEncoding = [Text.UTF8Encoding]::new($false)
    } catch {
        # Without a console there is no code page.
        $consoleEncoding = $null
    }
}

function Restore-Console {
    if ($null -ne $consoleEncoding) { [Console]::OutputEncoding = $consoleEncoding }
}

# A problem after which the script goes on: plain text on the standard error of a process, elsewhere an error record,
# which can be redirected and is lost in no runspace.
function Write-Problem([string]$Text) {
    if ($started) {
        [Console]::Error.WriteLine($Text)
    } else {
        Write-Error -Message $Text -ErrorAction Continue
    }
}

# The problem that ends the script; a caller whose preference is Stop can catch it.
function Write-LastProblem([string]$Text) {
    if ($started) {
        [Console]::Error.WriteLine($Text)
    } else {
        Write-Error -Message $Text -ErrorAction $callersPreference
    }
}

# An argument as it was typed; an item of Get-ChildItem means its full name, not the bare one of Windows PowerShell.
function Get-Typed($Argument) {
    if ($Argument -is [IO.FileSystemInfo]) { return $Argument.FullName }
    if ($Argument -is [array]) { return $Argument -join ',' }
    return "$Argument"
}

# A text that may be shown on a console: names and answers can hold control characters.
function Format-Shown([string]$Text) {
    return $Text -replace '[\x00-\x1f\x7f]', ' '
}

# The server's address without a slash at its end.
function Get-ServerAddress {
    # cmd.exe keeps the blank of "set VISION_HOST=one && ...".
    $address = "$env:VISION_HOST".Trim()
    if (-not $address) { $address = 'localhost:54880' }
    if ($address -notlike '*://*') { $address = "http://$address" }
    if ($address -notmatch '\Ahttps?://') {
        throw "VISION_HOST is $(Format-Shown $address), but only http:// and https:// can be asked."
    }
    $parsed = $null
    if ($address -match '[\s\x00-\x1f\x7f"\\]' -or -not [Uri]::TryCreate($address, [UriKind]::Absolute, [ref]$parsed)) {
        throw 'VISION_HOST is no address. It looks like this: http://192.168.1.20:54880'
    }
    return $address.TrimEnd('/')
}

# The seconds that a request may take; 0 is any time. Timers end at 24 days, so nothing longer is asked of them.
function Get-TimeLimit {
    $limit = "$env:VISION_TIMEOUT".Trim()
    if (-not $limit) { return 0 }
    if ($limit -notmatch '\A[0-9]{1,9}\z') {
        throw "VISION_TIMEOUT is $(Format-Shown $limit), but it has to be a whole number of seconds."
    }
    return [Math]::Min([int]$limit, 2000000)
}

# The HTTP client. It follows no redirection, and goes through no proxy to a server on this machine.
function New-Connection {
    Add-Type -AssemblyName System.Net.Http
    if ($PSVersionTable.PSVersion.Major -lt 6) {
        # Windows PowerShell may still offer nothing newer than TLS 1.0; 0 means that Windows chooses.
        $protocols = [Net.ServicePointManager]::SecurityProtocol
        if ([int]$protocols -ne 0) {
            [Net.ServicePointManager]::SecurityProtocol = $protocols -bor [Net.SecurityProtocolType]::Tls12
        }
    }
    $handler = [Net.Http.HttpClientHandler]::new()
    $handler.AllowAutoRedirect = $false
    $handler.UseProxy = -not ([Uri]$server).IsLoopback
    $client = [Net.Http.HttpClient]::new($handler)
    $client.Timeout = [Threading.Timeout]::InfiniteTimeSpan
    $client.DefaultRequestHeaders.ExpectContinue = $false
    $client.MaxResponseContentBufferSize = $largestAnswer
    $key = "$env:VISION_API_KEY".Trim()
    if ($key) {
        if ($key -match '[\x00-\x1f\x7f]') { throw 'VISION_API_KEY holds a line break or another control character.' }
        [void]$client.DefaultRequestHeaders.TryAddWithoutValidation('Authorization', "Bearer $key")
    }
    return $client
}

# The exception that all others around it come from. GetBaseException would stop at the first that holds only one.
function Get-RootCause([Exception]$Failure) {
    while ($null -ne $Failure.InnerException) { $Failure = $Failure.InnerException }
    return $Failure
}

# What a failed connection means, as a sentence; sets $hopeless and $unreached.
function Get-ConnectionProblem([Exception]$Cause) {
    $reason = ''
    if ($Cause -is [Net.Sockets.SocketException]) { $reason = "$($Cause.SocketErrorCode)" }
    if ($Cause -is [Net.WebException]) { $reason = "$($Cause.Status)" }
    if ($Cause -is [IO.IOException]) { $reason = 'ConnectionClosed' }
    $script:hopeless = $true
    $script:unreached = $true
    switch ($reason) {
        { $_ -in 'ConnectionRefused', 'ConnectFailure' } {
            return "No vision-server answers at $server. Start one with ./vision-server.sh, on Windows with " +
                'vision-server.bat, or set VISION_HOST to the address of one that runs.'
        }
        { $_ -in 'HostNotFound', 'NoData', 'TryAgain', 'NameResolutionFailure' } {
            return "The machine of $server is not known by that name. VISION_HOST says which server is asked."
        }
        { $_ -in 'TimedOut', 'HostUnreachable', 'NetworkUnreachable' } {
            return "No connection to $server came about in time. VISION_HOST says which server is asked."
        }
        { $_ -in 'ConnectionReset', 'ConnectionAborted', 'Shutdown', 'ConnectionClosed', 'ReceiveFailure',
            'SendFailure', 'KeepAliveFailure', 'PipelineFailure' } {
            $script:hopeless = $false
            $script:unreached = $false
            $script:lost = $true
            return "The connection to $server was cut before the answer was complete."
        }
    }
    $script:unreached = $false
    # In whatever language it is put, it names the limit.
    if ($Cause.Message -match "$largestAnswer") {
        return "The answer is larger than 64 MB, so $server is no vision-server. VISION_HOST says which server is " +
            'asked.'
    }
    return "$server cannot be asked: $(Format-Shown $Cause.Message)"
}

# One request, a POST when there is a body, of at most so many seconds (0: any time).
function Send-Request([string]$Path, [byte[]]$Body, [int]$Limit) {
    $message = [Net.Http.HttpRequestMessage]::new([Net.Http.HttpMethod]::Get, "$server$Path")
    $bytes = $null
    $isTaken = $null -eq $Body
    if ($null -ne $Body) {
        $message.Method = [Net.Http.HttpMethod]::Post
        $bytes = [IO.MemoryStream]::new($Body)
        $message.Content = [Net.Http.StreamContent]::new($bytes)
        $message.Content.Headers.ContentType = [Net.Http.Headers.MediaTypeHeaderValue]::new('application/json')
    }
    $cancellation = [Threading.CancellationTokenSource]::new()
    if ($Limit -gt 0) { $cancellation.CancelAfter([TimeSpan]::FromSeconds($Limit)) }
    $task = $connection.SendAsync($message, $cancellation.Token)
    # Ctrl-C is heeded between two waits. A body that is being read shows that a connection was taken.
    while ([Threading.Tasks.Task]::WaitAny([Threading.Tasks.Task[]]@($task), 100) -lt 0) {
        if (-not $isTaken -and $bytes.CanRead -and $bytes.Position -gt 0) { $isTaken = $true }
    }
    if ("$($task.Status)" -ne 'RanToCompletion') {
        if ($cancellation.IsCancellationRequested -and $isTaken) {
            throw "The server at $server did not answer within the $timeout seconds that VISION_TIMEOUT allows."
        }
        if ($cancellation.IsCancellationRequested) {
            $script:hopeless = $true
            $script:unreached = $true
            throw "No connection to $server came about in time. VISION_HOST says which server is asked."
        }
        # Cancelled by nobody here.
        if ($null -eq $task.Exception) {
            $script:lost = $true
            throw "The connection to $server was cut before the answer was complete."
        }
        throw (Get-ConnectionProblem (Get-RootCause $task.Exception))
    }
    return Read-Answer $task.Result
}

# The answer to one request. A server that has taken a connection before, and takes none now, may be starting again: it
# is tried each second for a while.
function Get-Answer([string]$Path, [byte[]]$Body, [int]$Limit) {
    $clock = [Diagnostics.Stopwatch]::StartNew()
    while ($true) {
        $script:unreached = $false
        $script:lost = $false
        try {
            return Send-Request $Path $Body $Limit
        } catch {
            if (-not $unreached) { $script:reached = $true }
            if (-not $unreached -or -not $reached) { throw }
            if ($clock.Elapsed.TotalSeconds -ge $patience) {
                throw "No server has taken a connection for $patience seconds. $($_.Exception.Message)"
            }
        }
        Start-Sleep -Milliseconds 1000
    }
}

# An answer's status, its text, and the seconds that the server asks to wait; -1 when it doesn't ask.
# The text is UTF-8 whatever the headers say: Windows PowerShell would take it for ISO 8859-1. What is not UTF-8 may be
# a proxy's page, but no success.
function Read-Answer($Response) {
    $seconds = -1
    if ($Response.Headers.Contains('Retry-After')) {
        # A date instead of seconds is rare; some seconds do.
        $seconds = 5
        $value = "$(@($Response.Headers.GetValues('Retry-After'))[0])".Trim()
        if ($value -match '\A[0-9]{1,6}\z') { $seconds = [int]$value }
    }
    $status = [int]$Response.StatusCode
    $bytes = $Response.Content.ReadAsByteArrayAsync().GetAwaiter().GetResult()
    $text = [Text.Encoding]::UTF8.GetString($bytes)
    if ($status -eq 200) {
        try {
            [void][Text.UTF8Encoding]::new($false, $true).GetCharCount($bytes)
        } catch {
            throw "The server at $server answered with something that is no text in UTF-8$(Get-Beginning $text)"
        }
    }
    return [pscustomobject]@{ Status = $status; Text = $text; RetryAfter = $seconds }
}

# The text of the answer to a request, sent until the server takes it, waiting as long as a busy one asks for.
function Invoke-Request([string]$Path, [byte[]]$Body) {
    $clock = [Diagnostics.Stopwatch]::StartNew()
    $download = New-DownloadWatch
    $away = $null
    $late = 0
    $notice = ''
    $script:hopeless = $false
    while ($true) {
        $limit = 0
        if ($timeout -gt 0) { $limit = [int][Math]::Max(1, [Math]::Floor($timeout - $clock.Elapsed.TotalSeconds)) }
        $answer = Get-Answer $Path $Body $limit
        $script:hopeless = $false
        if ($answer.Status -eq 200) {
            $script:reached = $true
            return $answer.Text
        }
        $problem = Get-AnswerProblem $answer
        $outlook = Get-Outlook $answer
        if ($outlook -ne 'away') {
            $script:reached = $true
            $away = $null
        }
        if ($outlook -eq 'final') { break }
        $seconds = 1
        if ($outlook -eq 'away') {
            if ($null -eq $away) {
                $away = [Diagnostics.Stopwatch]::StartNew()
                Assert-Reached $answer $problem
                $notice = ''
            }
            $seconds = Get-AwayPause $away $problem
        } elseif ($outlook -eq 'late') {
            $late += 1
            if ($late -gt 2) { throw $problem }
            Write-Problem "$problem It is sent again."
        } else {
            $seconds = $answer.RetryAfter
            $isNews = $problem -cne $notice
            if ((Get-AnswerCode $answer) -in 'model_downloading', 'model_unavailable') {
                $seconds = Step-DownloadWatch $download $answer $problem
                # What stands still is told by the watch.
                $isNews = $isNews -and $null -eq $download.Idle
            } else {
                $download.Idle = $null
            }
            if ($isNews) { Write-Problem $problem }
            $notice = $problem
            if ($timeout -gt 0 -and $seconds -ge ($timeout - $clock.Elapsed.TotalSeconds)) {
                throw "$notice That is longer than the $timeout seconds of VISION_TIMEOUT."
            }
        }
        Start-Sleep -Milliseconds ([Math]::Max(200, 1000 * $seconds))
        # VISION_TIMEOUT is no limit of the time without a server, nor of several tries together.
        if ($outlook -ne 'busy') { $clock = [Diagnostics.Stopwatch]::StartNew() }
    }
    # What does not depend on the picture.
    $script:hopeless = $answer.Status -in 401, 403, 404, 405 -or "$($answer.Status)" -like '3??' -or
        (Get-AnswerCode $answer) -in 'missing_field', 'invalid_field', 'invalid_prompt', 'unsupported_encoding',
            'model_unavailable'
    throw $problem
}

# What an answer that is no success means for its request: busy, to be sent again when the server says; late, when the
# server got it too slowly; away, when a proxy has no server now, or wants fewer requests; or final.
function Get-Outlook($Answer) {
    $status = $Answer.Status
    if ($status -eq 408 -or (Get-AnswerCode $Answer) -eq 'timeout') { return 'late' }
    if ($status -in 502, 504) { return 'away' }
    if ($status -notin 429, 503) { return 'final' }
    if ($Answer.RetryAfter -ge 0) { return 'busy' }
    # A server explains why it has no model; a proxy explains nothing.
    if ($status -eq 429 -or $null -eq (Get-JsonMember $Answer.Text 'detail')) { return 'away' }
    return 'final'
}

# Says that a server that is away behind a proxy is asked again; throws unless any has answered before.
function Assert-Reached($Answer, [string]$Problem) {
    if (-not $reached -and $Answer.Status -ne 429) {
        $script:hopeless = $true
        throw $Problem
    }
    Write-Problem "$Problem It is asked again for $patience seconds."
}

# The seconds until a server that is away is asked again: pauses that grow, until patience with it is over.
function Get-AwayPause($Away, [string]$Problem) {
    $left = [int]($patience - [Math]::Floor($Away.Elapsed.TotalSeconds))
    if ($left -le 0) {
        $script:hopeless = $true
        throw "No server has taken a request for $patience seconds. $Problem"
    }
    return [Math]::Min([Math]::Min(5, $patience - $left + 1), $left)
}

# What is known of a model's download: how many MB have come, a clock since it makes no progress, nothing while it does,
# and why it makes none.
function New-DownloadWatch {
    return [pscustomobject]@{ Arrived = -1; Idle = $null; Reason = '' }
}

# The seconds to wait for a download. It is waited for as long as more of it comes. Why it makes no progress is told
# once; when it has made none for a while, counted from the first answer that shows none, that is thrown.
function Step-DownloadWatch($Watch, $Answer, [string]$Problem) {
    $isUnavailable = (Get-AnswerCode $Answer) -eq 'model_unavailable'
    $amount = [regex]::Match($Problem, ': ([0-9]{1,9})( of [0-9]+)? MB')
    $arrived = 1 + $Watch.Arrived
    if ($amount.Success) { $arrived = [int]$amount.Groups[1].Value }
    if (-not $isUnavailable -and $arrived -gt $Watch.Arrived) {
        # A sentence that has no amount may be progress.
        if ($amount.Success) { $Watch.Arrived = $arrived }
        $Watch.Idle = $null
        $Watch.Reason = ''
        return $Answer.RetryAfter
    }
    $Watch.Arrived = [Math]::Max(0, $Watch.Arrived)
    if ($null -eq $Watch.Idle) { $Watch.Idle = [Diagnostics.Stopwatch]::StartNew() }
    $left = $patience - [Math]::Floor($Watch.Idle.Elapsed.TotalSeconds)
    if ($left -le 0) {
        $script:hopeless = $true
        $reason = $Watch.Reason
        if (-not $reason) { $reason = $Problem }
        throw "The model's download has made no progress for $patience seconds. $reason"
    }
    if (-not $isUnavailable) { return $Answer.RetryAfter }
    if (-not $Watch.Reason) {
        $Watch.Reason = $Problem
        Write-Problem "$Problem This goes on trying until there has been no progress for $patience seconds."
    }
    # The server tries again only when it is asked: a hub that is back should be found in that time.
    return [Math]::Min([Math]::Min(10, $left), $Answer.RetryAfter)
}

# What an answer of an unknown kind begins with, after a colon.
function Get-Beginning([string]$Text) {
    if ($Text.Length -eq 0) { return '' }
    $beginning = $Text.Substring(0, [Math]::Min(300, $Text.Length))
    return ': ' + (Format-Shown $beginning)
}

# What an answer that is no success says, as a sentence.
function Get-AnswerProblem($Answer) {
    $detail = Get-JsonMember $Answer.Text 'detail'
    if ($null -eq $detail) {
        return "The server at $server answered with HTTP status $($Answer.Status)$(Get-Beginning $Answer.Text)"
    }
    $sentence = ConvertFrom-JsonText $detail
    if ($null -eq $sentence) { $sentence = $detail }
    if ($sentence -eq '') { $sentence = "The server at $server gives no reason; its HTTP status is $($Answer.Status)." }
    return Format-Shown $sentence
}

# The code of an answer that is no success, which stays the same however its sentence is put.
function Get-AnswerCode($Answer) {
    return "$(Get-JsonMember $Answer.Text 'code')".Trim('"')
}

# JSON, as far as the answers need it. ConvertFrom-Json would turn captions that look like dates into dates, and what
# ConvertTo-Json writes is not what the server wrote.

$jsonText = '"[^"\\]*(?:\\.[^"\\]*)*"'
$jsonKey = [regex]('\G\s*(' + $jsonText + ')\s*:')
$jsonStart = [regex]('\G\s*(' + $jsonText + '|[{\[]|[^\s"{}\[\],:]+)')
$jsonInner = [regex]('\G[^"{}\[\]]*(' + $jsonText + '|[{}\[\]])')
$jsonComma = [regex]'\G\s*,'

# The value at a place of a text as it stands there, and where it ends; nothing when there is none.
function Get-JsonValue([string]$Text, [int]$Start) {
    $match = $jsonStart.Match($Text, $Start)
    if (-not $match.Success) { return $null }
    $begin = $match.Groups[1].Index
    $end = $match.Index + $match.Length
    $depth = 0
    if ($match.Groups[1].Value -in '{', '[') { $depth = 1 }
    while ($depth -gt 0) {
        $match = $jsonInner.Match($Text, $end)
        if (-not $match.Success) { return $null }
        $end = $match.Index + $match.Length
        if ($match.Groups[1].Value -in '{', '[') { $depth += 1 }
        if ($match.Groups[1].Value -in '}', ']') { $depth -= 1 }
    }
    return [pscustomobject]@{ Raw = $Text.Substring($begin, $end - $begin); End = $end }
}

# The value of an object's member as it stands in the text; nothing when there is none.
function Get-JsonMember([string]$Text, [string]$Name) {
    $open = [regex]::Match($Text, '\A\s*\{')
    if (-not $open.Success) { return $null }
    $end = $open.Length
    while ($true) {
        $key = $jsonKey.Match($Text, $end)
        if (-not $key.Success) { return $null }
        $value = Get-JsonValue $Text ($key.Index + $key.Length)
        if ($null -eq $value) { return $null }
        if ($key.Groups[1].Value -ceq ('"' + $Name + '"')) { return $value.Raw }
        $comma = $jsonComma.Match($Text, $value.End)
        if (-not $comma.Success) { return $null }
        $end = $comma.Index + $comma.Length
    }
}

# The text that a JSON string means; nothing when the value is no string or has an escape that there is not.
# Half a character, and zero, which other shells cannot hold, become U+FFFD; halves do so when they are written.
function ConvertFrom-JsonText($Value) {
    if ($Value -cnotmatch '\A"(?:[^\\]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*"\z') { return $null }
    return [regex]::Replace($Value.Substring(1, $Value.Length - 2), '\\(u[0-9a-fA-F]{4}|.)', {
        param($escape)
        $code = $escape.Groups[1].Value
        switch -CaseSensitive ($code.Substring(0, 1)) {
            'b' { return "`b" }
            'f' { return "`f" }
            'n' { return "`n" }
            'r' { return "`r" }
            't' { return "`t" }
            'u' {
                $number = [Convert]::ToInt32($code.Substring(1), 16)
                if ($number -eq 0) { $number = 0xFFFD }
                return [string][char]$number
            }
        }
        return $code
    })
}

# A text as the inside of a JSON string.
function ConvertTo-JsonText([string]$Text) {
    return [regex]::Replace($Text, '[\x00-\x1f\x7f"\\]', {
        param($character)
        if ($character.Value -in '"', '\') { return '\' + $character.Value }
        return '\u{0:x4}' -f [int][char]$character.Value
    })
}

# The file that a name means in PowerShell's current folder, which is not the process's; brackets are no wildcards.
function Resolve-Name([string]$Name) {
    try {
        return $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Name)
    } catch {
        # Outside Windows a colon is a character like others, but PowerShell sees a drive in front of it.
        return [IO.Path]::Combine((Get-Location).ProviderPath, $Name)
    }
}

# The picture's caption; a structured result is its JSON as the server wrote it. The picture's bytes go out as they are.
function Get-Caption([string]$Words, [string]$Picture) {
    $image = [Convert]::ToBase64String((Read-Picture $Picture))
    $json = '{"prompt":"' + (ConvertTo-JsonText $Words) + '","image":"' + $image + '"}'
    $text = Invoke-Request '/process_image' ([Text.Encoding]::UTF8.GetBytes($json))
    $result = Get-JsonMember $text 'result'
    $caption = ConvertFrom-JsonText $result
    if ($null -eq $caption -and "$result" -match '\A[{\[]') { $caption = $result }
    if ($null -eq $caption) {
        throw "The server at $server answered with something that is no caption$(Get-Beginning $text)"
    }
    $caption = $caption.Trim()
    if ($caption -eq '') { throw "The server's caption is empty." }
    return $caption
}

function Read-Picture([string]$Picture) {
    $name = Format-Shown $Picture
    if ([IO.Directory]::Exists($Picture)) {
        throw "$name is a folder; vision-caption-folder-images.ps1 captions the pictures of a folder."
    }
    if (-not [IO.File]::Exists($Picture)) { throw "$name is not there." }
    try {
        $bytes = [IO.File]::ReadAllBytes($Picture)
    } catch {
        $cause = $_.Exception.GetBaseException()
        throw "$name cannot be read: $(Format-Shown $cause.Message)"
    }
    if ($bytes.Length -eq 0) { throw "$name is empty." }
    # The comma keeps PowerShell from taking the bytes apart.
    return , $bytes
}

# The matching line: the part that both scripts share ends here.

# List: endings of pictures that are read
$pictureEndings = -split 'jpg jpeg jpe jfif mpo png apng gif bmp tif tiff webp heic heif hif avif jxl'

# List: endings of pictures and films that are not read
$endingsNotRead = -split 'jp2 j2k jpf jpx jxr wdp svg psd psb xcf kra eps tga ico exr hdr dds qoi
    dng cr2 cr3 crw nef nrw arw srf sr2 orf rw2 raf pef ptx srw x3f rwl iiq 3fr fff mef mos mrw erf dcr kdc raw
    mov mp4 m4v avi mkv webm mpg mpeg mts m2ts 3gp wmv insv'

# List: other endings that no caption has
$otherEndings = -split 'xmp aae thm lrv pp3 dop cos vrd on1 mie icc icm lrcat lrtemplate
    zip 7z rar tar gz tgz bz2 xz zst lz4 iso dmg cbz
    safetensors ckpt pt pth bin onnx gguf npz npy pkl h5 parquet
    mp3 wav flac ogg m4a pdf doc docx xls xlsx odt db sqlite exe dll so'

# List: folders that are left out
$foldersLeftOut = -split '.* @eadir #recycle @recycle @recently-snapshot @tmp $recycle.bin system?volume?information
    lost+found __macosx'

# List: files that are left out
$filesLeftOut = -split '._*'

# List: names of tasks
$taskNames = -split 'GENERATE_TAGS CAPTION DETAILED_CAPTION MORE_DETAILED_CAPTION ANALYZE MIXED_CAPTION
    MIXED_CAPTION_PLUS OCR OCR_WITH_REGION OD DENSE_REGION_CAPTION REGION_PROPOSAL CAPTION_TO_PHRASE_GROUNDING
    REFERRING_EXPRESSION_SEGMENTATION REGION_TO_SEGMENTATION OPEN_VOCABULARY_DETECTION REGION_TO_CATEGORY
    REGION_TO_DESCRIPTION REGION_TO_OCR'

# Options, and the names that may stand in front of the other words, as they are compared: without dashes.
$optionNames = -split 'prompt captionextension folderpath fullnames exclude'

# A closing bracket that is the first of the characters between brackets is one of them.
$patternSet = '\[(?<not>(?>[!^]?))(?<set>[\s\S](?:-[^\]])?(?:[^\]](?:-[^\]])?)*)\]'

# Whether a name is like one of these patterns, in capitals or not.
function Test-LeftOut([string]$Name, [string[]]$Patterns) {
    foreach ($pattern in $Patterns) {
        if ($Name -like $pattern) { return $true }
    }
    return $false
}

# A pattern of --exclude: * and ? match no slash, ** does; [a-z] is one of these characters, [!a] any other. A backslash
# is a slash on Windows, elsewhere it stands before a character that is meant as it is.
function Add-Pattern([string]$Pattern) {
    if ($env:OS -eq 'Windows_NT') { $Pattern = $Pattern.Replace('\', '/') }
    $Pattern = $Pattern.Trim('/')
    if ($Pattern -eq '') { throw "--exclude needs a pattern, such as --exclude 'draft-*'." }
    $expression = '\A(?:' + (ConvertTo-Expression $Pattern) + ')\z'
    # To Windows A and a are the same.
    if ($env:OS -eq 'Windows_NT') { $expression = '(?i)' + $expression }
    if ($Pattern.Contains('/')) {
        $excludedPaths.Add($expression)
    } else {
        $excludedNames.Add($expression)
    }
}

# The regular expression that means the same as a pattern. A character beyond U+FFFF is two here.
function ConvertTo-Expression([string]$Pattern) {
    $pair = '[\uD800-\uDBFF][\uDC00-\uDFFF]'
    $expression = ''
    foreach ($piece in [regex]::Matches($Pattern, '\*\*|\*|\?|' + $patternSet + '|\\[\s\S]|[\s\S]')) {
        $text = $piece.Value
        if ($text -ceq '**') {
            $expression += '[\s\S]*'
        } elseif ($text -ceq '*') {
            $expression += '[^/]*'
        } elseif ($text -ceq '?') {
            $expression += '(?:' + $pair + '|[^/\uD800-\uDFFF])'
        } elseif ($piece.Groups['not'].Value) {
            $members = ConvertTo-CharacterClass $piece.Groups['set'].Value
            $expression += '(?:' + $pair + '|[^/\uD800-\uDFFF' + $members + '])'
        } elseif ($piece.Groups['set'].Value) {
            $members = ConvertTo-CharacterClass $piece.Groups['set'].Value
            $expression += '(?:(?!/)[' + $members + '])'
        } else {
            # What stands behind a backslash, or by itself.
            $expression += [regex]::Escape($text.Substring($text.Length - 1))
        }
    }
    return $expression
}

# What stands between the brackets of a pattern, as it stands between those of a regular expression.
function ConvertTo-CharacterClass([string]$Members) {
    $class = ''
    foreach ($match in [regex]::Matches($Members, '([\s\S])-([\s\S])|([\s\S])')) {
        $first = [int][char]$match.Value.Substring(0, 1)
        $last = [int][char]$match.Value.Substring($match.Length - 1)
        $class += '\u{0:x4}' -f $first
        if ($last -gt $first) { $class += '-\u{0:x4}' -f $last }
    }
    return $class
}

# Whether --exclude leaves out what has this path below the folder, with slashes.
function Test-Excluded([string]$Path) {
    $name = $Path.Substring($Path.LastIndexOf('/') + 1)
    foreach ($expression in $excludedNames) {
        if ([regex]::IsMatch($name, $expression)) { return $true }
    }
    foreach ($expression in $excludedPaths) {
        if ([regex]::IsMatch($Path, $expression)) { return $true }
    }
    return $false
}

# The end of a name behind its last dot, in small letters; a name with nothing before that dot has none.
function Get-Ending([string]$Name) {
    $dot = $Name.LastIndexOf('.')
    if ($dot -lt 1) { return '' }
    return $Name.Substring($dot + 1).ToLowerInvariant()
}

# Notes what kind of file was found.
function Add-File($File, [string]$Shown) {
    if (Test-LeftOut $File.Name $filesLeftOut) { return }
    $ending = Get-Ending $File.Name
    $obstacle = ''
    $isThere = [IO.File]::Exists($File.FullName)
    if (-not $isThere) { $obstacle = Get-NameProblem $File (Format-Shown (Join-Shown $Shown $File.Name)) }
    if ($pictureEndings -ccontains $ending -and ($isThere -or $obstacle)) {
        $shownFolders[$File.FullName] = $Shown
        if (-not $isThere) { $obstacles[$File.FullName] = $obstacle }
    }
    if ($endingsNotRead -ccontains $ending) { $notRead[$ending] = 1 + $notRead[$ending] }
}

# Why there is no file under a name that was found; nothing when it has gone meanwhile.
function Get-NameProblem($File, [string]$Shown) {
    if ($File.LinkType) { return "$Shown is a link that leads nowhere." }
    # Outside Windows a name is bytes; those that are not UTF-8 come as this character.
    if (-not $File.Name.Contains([string][char]0xFFFD)) { return '' }
    return 'The name is not UTF-8, so no text can hold it. Rename it.'
}

# The paths of the pictures below a folder, sorted. Folders that cannot be read are told and set $incomplete. The walk
# is by hand: Windows PowerShell follows links with -Recurse, and would try each folder that is left out.
function Find-Pictures([string]$Folder, [string]$Shown) {
    $waiting = [Collections.Generic.Stack[string]]::new()
    $waiting.Push($Folder)
    $names = [Collections.Hashtable]::new([StringComparer]::Ordinal)
    $names[$Folder] = $Shown
    # What stands before a name below the folder, with slashes.
    $places = [Collections.Hashtable]::new([StringComparer]::Ordinal)
    $places[$Folder] = ''
    while ($waiting.Count -gt 0) {
        $path = $waiting.Pop()
        $name = $names[$path]
        $place = $places[$path]
        $names.Remove($path)
        $places.Remove($path)
        $unreadable = $null
        $items = Get-ChildItem -LiteralPath $path -Force -ErrorVariable unreadable -ErrorAction SilentlyContinue
        foreach ($failure in $unreadable) {
            $script:incomplete = $true
            Write-Problem "Not every folder could be read: $(Format-Shown $failure.Exception.Message)"
        }
        foreach ($item in $items) {
            if (Test-Excluded ($place + $item.Name)) {
                continue
            } elseif ($item -isnot [IO.DirectoryInfo]) {
                Add-File $item $name
            } elseif ($item.LinkType) {
                # A link or a junction; the folders of OneDrive, which have the same attribute, are none.
                continue
            } elseif (Test-LeftOut $item.Name $foldersLeftOut) {
                $leftOut[$item.Name] = $true
            } else {
                $names[$item.FullName] = Join-Shown $name $item.Name
                $places[$item.FullName] = $place + $item.Name + '/'
                $waiting.Push($item.FullName)
            }
        }
    }
    $paths = [string[]]@($shownFolders.Keys)
    [Array]::Sort($paths, [StringComparer]::Ordinal)
    return $paths
}

# Says what a folder holds that is not looked at.
function Write-LeftOut {
    $counts = @($endingsNotRead | Where-Object { $notRead[$_] } | ForEach-Object { "$($notRead[$_]) $_" })
    if ($counts.Count -gt 0) { Write-Problem "Left out, as such files are not read: $($counts -join ', ')." }
    $names = [string[]]@($leftOut.Keys)
    if ($names.Count -eq 0) { return }
    [Array]::Sort($names, [StringComparer]::Ordinal)
    $shown = Format-Shown ($names[0..([Math]::Min(5, $names.Count) - 1)] -join ', ')
    if ($names.Count -gt 5) { $shown += ', ...' }
    Write-Problem "Left out, as hidden folders and those of other programs are: $shown."
}

# A name below a folder, which is shown as it was typed.
function Join-Shown([string]$Folder, [string]$Name) {
    if ($Folder -match '[\\/]\z') { return $Folder + $Name }
    return $Folder + [IO.Path]::DirectorySeparatorChar + $Name
}

# A picture, or the caption file beside it, as it is shown.
function Get-ShownName([string]$Picture, [string]$File) {
    return Format-Shown (Join-Shown $shownFolders[$Picture] ([IO.Path]::GetFileName($File)))
}

# The caption file of a picture with one of the extensions.
function Get-CaptionFile([string]$Picture, [string]$Extension) {
    $name = [IO.Path]::GetFileName($Picture)
    if (-not $fullNames) { $name = [IO.Path]::GetFileNameWithoutExtension($Picture) }
    return [IO.Path]::Combine([IO.Path]::GetDirectoryName($Picture), $name + '.' + $Extension)
}

# The pictures' names by caption file; two of one caption file are one too many. To Windows A and a are the same.
function Group-ByCaptionFile([string[]]$Pictures) {
    $comparer = [StringComparer]::Ordinal
    if ($env:OS -eq 'Windows_NT') { $comparer = [StringComparer]::OrdinalIgnoreCase }
    $groups = [Collections.Hashtable]::new($comparer)
    foreach ($picture in $Pictures) {
        foreach ($ending in $extensions) {
            $file = Get-CaptionFile $picture $ending
            $groups[$file] = @($groups[$file] | Where-Object { $_ }) + [IO.Path]::GetFileName($picture)
        }
    }
    return $groups
}

# The file that a caption file's name leads to: itself or, when it is a link, what is at the end of all links. There is
# none when they go in a circle.
function Get-Destination([string]$File) {
    $path = $File
    for ($step = 0; $step -lt 40; $step++) {
        $item = Get-ChildItem -LiteralPath $path -Force -ErrorAction SilentlyContinue
        # In Windows PowerShell a file with a second name has a target, too.
        if ($null -eq $item -or $item.LinkType -ne 'SymbolicLink') { return $path }
        $path = [IO.Path]::Combine([IO.Path]::GetDirectoryName($path), @($item.Target)[0])
    }
    return $null
}

# The bytes of a caption file, of at most 16 MB; no caption has more.
function Read-CaptionFile([string]$File, [string]$Shown) {
    $size = 0
    try {
        $stream = [IO.File]::OpenRead($File)
        try { $size = $stream.Length } finally { $stream.Dispose() }
        if ($size -le 16777216) { return , [IO.File]::ReadAllBytes($File) }
    } catch {
        # A link that leads nowhere is there as well.
        if (-not [IO.File]::Exists((Get-Destination $File))) {
            throw "$Shown is in the way: it is there, but it is no file."
        }
        throw "$Shown may not be read, so it was left as it is."
    }
    throw "$Shown is larger than 16 MB, so it was left as it is."
}

# Whether there is a caption in a file. A blank one is none; what is no text, or may not be read, is thrown.
function Test-Caption([string]$File, [string]$Shown) {
    if (-not [IO.File]::Exists($File)) { return $false }
    $bytes = Read-CaptionFile $File $Shown
    $text = $null
    try {
        $text = [Text.UTF8Encoding]::new($false, $true).GetString($bytes)
    } catch {
        # Not UTF-8; the text stays nothing.
    }
    if ($null -ne $text -and $text -match '\A\ufeff?\s*\z') { return $false }
    if ($null -eq $text -or $text -match '[\x00-\x08\x0b\x0e-\x1f\x7f]') {
        throw "$Shown is no text in UTF-8, so it was left as it is. Save it as UTF-8, or move it away."
    }
    return $true
}

# Whether a failed write means a full disk: two codes of Windows, and what others say.
function Test-DiskFull([Exception]$Cause) {
    return ($Cause.HResult -band 0xffff) -in 0x70, 0x27 -or $Cause.Message -match 'No space left|quota exceeded'
}

# Makes the unfinished file in a folder, an empty one that no other script has. Its name is short because Windows
# PowerShell knows no path above 260 characters.
function New-UnfinishedFile([string]$Folder) {
    $tries = 0
    while ($true) {
        $path = [IO.Path]::Combine($Folder, ".vision-$((Get-Random) % 10000)")
        $tries += 1
        try {
            [IO.File]::Open($path, [IO.FileMode]::CreateNew).Dispose()
            return $path
        } catch {
            # Another script has it.
            if ($tries -ge 100 -or -not [IO.File]::Exists($path)) { throw }
        }
    }
}

# Throws when nothing may be written into the folder of a picture's caption file, or into that where a link in its place
# leads, before the model is asked; for a picture in the folder that was given this ends the run.
function Assert-Writable([string]$Picture, [string]$Destination) {
    $folder = [IO.Path]::GetDirectoryName($Destination)
    if ($null -eq $writable[$folder]) {
        try {
            [IO.File]::Delete((New-UnfinishedFile $folder))
            $writable[$folder] = $true
        } catch {
            # A full disk is told by the write that fails.
            $writable[$folder] = Test-DiskFull ($_.Exception.GetBaseException())
            $shown = $folder
            if ($folder -ceq [IO.Path]::GetDirectoryName($Picture)) { $shown = $shownFolders[$Picture] }
            if (-not $writable[$folder] -and $shown -ceq $typed) {
                $script:ended = $true
                throw "Nothing may be written into $(Format-Shown $typed). The same command goes on from here."
            }
            if (-not $writable[$folder]) {
                Write-Problem "$(Format-Shown $shown): nothing may be written into it; its pictures fail."
            }
        }
    }
    if (-not $writable[$folder]) {
        $script:isTold = $true
        throw 'Nothing may be written into its folder.'
    }
}

# Writes under a temporary name beside the caption file and renames, so that a caption file is whole or not there.
# UTF-8 without a mark, one line feed at the end. A link stays; what it leads to is replaced. Whether it was written:
# where somebody else has written a caption meanwhile, that is kept.
function Save-Caption([string]$Text, [string]$File, [string]$Destination, [string]$Shown) {
    $unfinished = $null
    try {
        $unfinished = New-UnfinishedFile ([IO.Path]::GetDirectoryName($Destination))
        [IO.File]::WriteAllBytes($unfinished, [Text.Encoding]::UTF8.GetBytes($Text + "`n"))
        if ([IO.File]::Exists($File)) {
            if (Test-Caption $File $Shown) { return $false }
            [IO.File]::Delete($Destination)
        }
        [IO.File]::Move($unfinished, $Destination)
        # From here on the name may be another script's.
        $unfinished = $null
        return $true
    } catch {
        $cause = $_.Exception.GetBaseException()
        # Thrown above, as a sentence.
        if ($cause -is [Management.Automation.RuntimeException]) { throw }
        if (Test-DiskFull $cause) {
            $script:ended = $true
            throw "The disk is full: $Shown cannot be written. Make room; the same command goes on from here."
        }
        if (Test-Caption $File $Shown) { return $false }
        throw "$Shown cannot be written: $(Format-Shown $cause.Message)"
    } finally {
        # Runs after Ctrl-C as well. A folder that has vanished must not hide the reason.
        try { if ($unfinished) { [IO.File]::Delete($unfinished) } } catch { $null = $_ }
    }
}

# The answer to one prompt for a picture. The server may have been started again when the connection is cut, so the
# picture is sent again; later it may be what brings servers down.
function Get-CaptionPatiently([string]$Words, [string]$Picture) {
    $losses = 0
    while ($true) {
        try {
            return Get-Caption $Words $Picture
        } catch {
            if (-not $lost -or $losses -ge 2) { throw }
            Write-Problem "$($_.Exception.Message) The picture is sent again."
        }
        $losses += 1
        Start-Sleep -Milliseconds 1000
    }
}

# The text for a picture's file with one of the extensions: the answer to the task of the same number, or with one
# extension for all the answers to all tasks.
function Get-ExtensionCaption([string]$Picture, [string]$Extension) {
    if ($extensions.Count -gt 1) {
        $number = [Array]::IndexOf($extensions, $Extension)
        return Get-CaptionPatiently $prompts[$number] $Picture
    }
    $texts = @(foreach ($task in $prompts) { Get-CaptionPatiently $task $Picture })
    return $texts -join ', '
}

# The extensions whose files a picture has not got; a file that may be none of ours is thrown.
function Get-MissingExtensions([string]$Picture) {
    foreach ($ending in $extensions) {
        $file = Get-CaptionFile $Picture $ending
        if (-not (Test-Caption $file (Get-ShownName $Picture $file))) { $ending }
    }
}

# Throws what is in the way of a caption file, before the model is asked.
function Assert-Free([string]$Picture, [string]$File) {
    $shown = Get-ShownName $Picture $File
    if ([IO.Directory]::Exists($File)) { throw "$shown is in the way: it is there, but it is no file." }
    if ($groups[$File].Count -gt 1) {
        $shared = [IO.Path]::GetFileName($File)
        throw (Format-Shown "$($groups[$File] -join ', ') would share the caption file $shared. Rename all but one.")
    }
    Assert-Writable $Picture (Get-Destination $File)
}

# Writes the missing captions of a picture, each as soon as it is there; what is in the way is thrown. Whether any of
# them is this script's, and not somebody else's.
function Save-PictureCaptions([string]$Picture, [string[]]$Missing) {
    if ($obstacles[$Picture]) { throw $obstacles[$Picture] }
    foreach ($ending in $Missing) { Assert-Free $Picture (Get-CaptionFile $Picture $ending) }
    $isOurs = $false
    foreach ($ending in $Missing) {
        $file = Get-CaptionFile $Picture $ending
        $text = Get-ExtensionCaption $Picture $ending
        if (Save-Caption $text $file (Get-Destination $file) (Get-ShownName $Picture $file)) {
            $script:written += 1
            $isOurs = $true
        }
    }
    return $isOurs
}

# What is wrong with the arguments, and how to get the usage.
function Get-Misuse([string]$Sentence) {
    $form = 'vision-caption-folder-images.ps1 <prompt> <caption_extension> <folder>'
    return "$(Format-Shown $Sentence)`nUsage: $form; --help says more."
}

# The words that are no options; those are noted. PowerShell's own spellings are understood, too: -FullNames, a name in
# front of its value (-folder_path photos, -exclude:x), and the beginning of a name.
function Read-Words($Words) {
    $others = [Collections.Generic.List[string]]::new()
    $index = 0
    while ($index -lt $Words.Count) {
        $word = Get-Typed $Words[$index]
        $index += 1
        if ($word -ceq '--') {
            while ($index -lt $Words.Count) {
                $others.Add((Get-Typed $Words[$index]))
                $index += 1
            }
        } elseif ($word -notlike '-*') {
            $others.Add($word)
        } else {
            $option = [regex]::Match($word, '(?s)\A--?([A-Za-z][A-Za-z_-]*)(?:([=:])(.*))?\z')
            $name = Get-OptionName $word $option.Groups[1].Value
            if ($name -ceq 'fullnames') {
                $script:fullNames = $true
                continue
            }
            $value = $option.Groups[3].Value
            if ($value -eq '' -and $option.Groups[2].Value -cne '=') {
                if ($index -ge $Words.Count) { throw (Get-Misuse "What belongs behind $word is missing.") }
                $value = $Words[$index]
                $index += 1
            }
            if ($name -ceq 'exclude') {
                # PowerShell makes a list of what has commas between.
                foreach ($pattern in @($value)) { Add-Pattern (Get-Typed $pattern) }
            } else {
                $named[$name] = Get-Typed $value
            }
        }
    }
    return , $others.ToArray()
}

# The one name of $optionNames that an option means.
function Get-OptionName([string]$Word, [string]$Name) {
    $beginning = $Name -replace '[_-]', ''
    $meant = @($optionNames | Where-Object { $beginning -and $_ -like "$beginning*" })
    if ($meant.Count -ne 1) { throw (Get-Misuse "There is no option $Word.") }
    return $meant[0]
}

# The prompt, the caption extension and the folder: what has no name stands in this order.
function Get-Arguments([string[]]$Others) {
    $count = $Others.Count + $named.Count
    if ($count -gt 3) {
        $taken = 'A prompt, a caption extension and a folder are taken'
        throw (Get-Misuse "$taken, not $count arguments. A name with blanks needs quotes.")
    }
    $next = 0
    foreach ($name in 'prompt', 'captionextension', 'folderpath') {
        if (-not $named.ContainsKey($name) -and $next -lt $Others.Count) {
            $named[$name] = $Others[$next]
            $next += 1
        }
    }
    if ($count -eq 0) { throw (Get-Misuse 'The prompt, the caption extension and the folder are missing.') }
    if (-not $named['prompt']) { throw (Get-Misuse 'The prompt is an empty word.') }
    if ($count -eq 1) {
        throw (Get-Misuse "The caption extension and the folder are missing behind $($named['prompt']).")
    }
    if ($count -eq 2) {
        throw (Get-Misuse "The folder is missing behind $($named['prompt']) $($named['captionextension']).")
    }
    return $named
}

# What is asked of each picture: several tasks when all that stands between commas is a task's name.
function Get-Tasks([string]$Typed) {
    $parts = @(foreach ($part in $Typed -split ',') { $part.Trim() })
    foreach ($part in $parts) {
        # The server takes these for one name, too.
        $name = $part -replace '\A<(.*)>\z', '$1' -replace '[- ]', '_'
        if ($taskNames -notcontains $name) { return $Typed }
    }
    return $parts
}

# The caption extensions: one for all tasks, or one for each.
function Get-Extensions([string]$Typed) {
    $parts = @($Typed)
    if ($Typed.Contains(',')) { $parts = @(foreach ($part in $Typed -split ',') { $part.Trim() }) }
    $endings = @(foreach ($part in $parts) { Get-Extension $part })
    foreach ($ending in $endings) {
        if (@($endings -eq $ending).Count -gt 1) { throw "The caption extension $ending stands there twice." }
    }
    $count = $endings.Count
    if ($count -gt 1 -and $prompts.Count -eq 1) {
        throw "A prompt has one caption extension, not $count. Several tasks look like CAPTION,GENERATE_TAGS."
    }
    if ($count -gt 1 -and $count -ne $prompts.Count) {
        throw "$($prompts.Count) tasks have one caption extension for all, or one for each, but not $count."
    }
    return $endings
}

# The caption extension without a dot in front; what could be the end of another kind of file is refused.
function Get-Extension([string]$Typed) {
    $ending = $Typed -replace '\A\.', ''
    if ($ending -in '', '.' -or $ending -match '[\x00-\x1f/\\:*?"<>|]|[. ]\z') {
        throw 'The caption extension is the end of a file name, such as txt.'
    }
    $last = Get-Ending "name.$ending"
    if ($pictureEndings + $endingsNotRead + $otherEndings -ccontains $last) {
        throw "$last is the extension of files that are no captions; a caption needs another, such as txt."
    }
    return $ending
}

$typedWords = @(foreach ($word in $args) { Get-Typed $word })
if (@($typedWords | Where-Object { $_ -in '-h', '--help', '-help', '/?' }).Count -gt 0) {
    $usage
    Restore-Console
    exit 0
}

$captioned = 0
$skipped = 0
# Caption files written; of several tasks a picture may get some and fail all the same.
$written = 0
# The pictures that failed, each with the reason.
$failures = [Collections.Generic.List[string]]::new()
$incomplete = $false
# Whether the failure of a picture is one that ends the run without being the picture's, or one that was told before.
$ended = $false
$isTold = $false
$pictures = @()
# The folder of each picture as it is shown, what is wrong with a picture's name, which folders can be written to, and
# what is left out.
$shownFolders = [Collections.Hashtable]::new([StringComparer]::Ordinal)
$obstacles = [Collections.Hashtable]::new([StringComparer]::Ordinal)
$writable = [Collections.Hashtable]::new([StringComparer]::Ordinal)
$notRead = [Collections.Hashtable]::new()
$leftOut = [Collections.Hashtable]::new([StringComparer]::Ordinal)
# Options, and what the command line gives by name.
$fullNames = $false
$excludedNames = [Collections.Generic.List[string]]::new()
$excludedPaths = [Collections.Generic.List[string]]::new()
$named = [Collections.Hashtable]::new()
$code = 130

try {
    $arguments = Get-Arguments (Read-Words $args)
    $prompts = [string[]]@(Get-Tasks $arguments['prompt'])
    $extensions = [string[]]@(Get-Extensions $arguments['captionextension'])
    $typed = $arguments['folderpath']
    # "C:\my photos\" reaches the script with the quote: a backslash in front of one is taken for its escape.
    if ($env:OS -eq 'Windows_NT') { $typed = $typed.TrimEnd('"') }
    if ($typed -eq '') { throw 'The folder is an empty word.' }
    $folder = Resolve-Name $typed
    if (-not [IO.Directory]::Exists($folder)) { throw "$(Format-Shown $typed) is no folder." }
    $server = Get-ServerAddress
    $timeout = Get-TimeLimit
    $connection = New-Connection

    $pictures = @(Find-Pictures $folder $typed)
    Write-LeftOut
    $groups = Group-ByCaptionFile $pictures
    for ($index = 0; $index -lt $pictures.Count; $index++) {
        $picture = $pictures[$index]
        $progress = "[$($index + 1) of $($pictures.Count)] $(Get-ShownName $picture $picture)"
        $hopeless = $false
        $isTold = $false
        try {
            $missing = @(Get-MissingExtensions $picture)
            if ($missing.Count -eq 0) {
                "${progress}: skipped, its caption exists"
                $skipped += 1
                continue
            }
            if (Save-PictureCaptions $picture $missing) {
                $captioned += 1
                "${progress}: captioned"
            } else {
                $skipped += 1
                "${progress}: skipped, captioned meanwhile"
            }
        } catch {
            if ($ended) {
                Write-Problem $_.Exception.Message
                break
            }
            if (-not $isTold) { Write-Problem "${progress}: failed. $($_.Exception.Message)" }
            $failures.Add("$(Get-ShownName $picture $picture): $($_.Exception.Message)")
        }
        if ($hopeless) {
            Write-Problem 'The other pictures would fail as well, so they were not tried; a new run goes on from here.'
            break
        }
    }

    $sum = "$($pictures.Count) pictures: $captioned captioned, $skipped skipped, $($failures.Count) failed"
    $untried = $pictures.Count - $captioned - $skipped - $failures.Count
    if ($untried -gt 0) { $sum += ", $untried not tried" }
    "$sum."
    if ($pictures.Count -eq 0 -and -not $incomplete) {
        Write-Problem "There are no pictures in $(Format-Shown $typed)."
    }
    if ($failures.Count -gt 0) {
        Write-Problem 'Failed:'
        foreach ($failure in $failures) { Write-Problem "  $failure" }
    }
    $code = 0
    if ($failures.Count -gt 0 -or $incomplete -or $ended) { $code = 1 }
} catch {
    $code = 1
    Write-LastProblem $_.Exception.Message
} finally {
    # Ctrl-C comes here alone.
    if ($code -eq 130) {
        Write-Problem "Stopped; captions written: $written. The same command goes on from there."
        if ($started) { $Host.SetShouldExit(130) }
    }
    Restore-Console
}
exit $code
