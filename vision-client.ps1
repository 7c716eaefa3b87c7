<#
.SYNOPSIS
Captions a picture by way of a vision-server.
.DESCRIPTION
vision-client.ps1 --help says how it is used. This file works alone, in Windows PowerShell 5.1 and in PowerShell 7.
#>

$usage = @'
Usage: vision-client.ps1 <prompt> <picture>   the picture's caption
       vision-client.ps1 prompts              the prompts that the server offers
       vision-client.ps1 model                the name of the server's model

  .\vision-client.ps1 CAPTION cat.jpg
  .\vision-client.ps1 DETAILED_CAPTION 'my pictures\a cat.png'
  .\vision-client.ps1 '<CAPTION_TO_PHRASE_GROUNDING>a cat' cat.jpg

A prompt is written with or without its angle brackets; PowerShell needs quotes around those. Prompts that find places
answer with JSON. The caption goes to standard output, errors to standard error with exit code 1. A server that is
busy, or still downloading its model, is waited for, but not a download that makes no progress for 30 seconds.

In PowerShell, $caption = .\vision-client.ps1 CAPTION cat.jpg gives any character whole. A process of its own
(powershell -File ...) writes UTF-8 into files and pipes; a PowerShell that captures that reads its console's code page
instead, unless [Console]::OutputEncoding is UTF-8 there.

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

# Lines as the script's result: objects for a PowerShell that goes on with them, but bytes when this script is what the
# process was started for and its output goes into a file or a pipe. There PowerShell itself would write the console's
# old encoding and CR LF.
function Write-Result([string[]]$Lines) {
    if (-not ($started -and [Console]::IsOutputRedirected)) { return $Lines }
    $bytes = [Text.Encoding]::UTF8.GetBytes(($Lines -join "`n") + "`n")
    $output = [Console]::OpenStandardOutput()
    $output.Write($bytes, 0, $bytes.Length)
    $output.Flush()
}

# The server's prompts as they are typed.
function Get-Prompts {
    $text = Invoke-Request '/prompts'
    $problem = "The server at $server answered with something that is no list of prompts$(Get-Beginning $text)"
    $open = [regex]::Match($text, '\A\s*\[')
    if (-not $open.Success) { throw $problem }
    $end = $open.Length
    while ($true) {
        $value = Get-JsonValue $text $end
        if ($null -eq $value) { throw $problem }
        $name = ConvertFrom-JsonText $value.Raw
        if ($null -eq $name) { throw $problem }
        $name -replace '\A<|>\z', ''
        $comma = $jsonComma.Match($text, $value.End)
        if (-not $comma.Success) { break }
        $end = $comma.Index + $comma.Length
    }
    if ($text.Substring($value.End) -notmatch '\A\s*\]') { throw $problem }
}

function Get-Model {
    $text = Invoke-Request '/model'
    $value = Get-JsonValue $text 0
    $name = $null
    if ($null -ne $value) { $name = ConvertFrom-JsonText $value.Raw }
    if ($null -eq $name) {
        throw "The server at $server answered with something that is no model's name$(Get-Beginning $text)"
    }
    return $name
}

# What is wrong with the arguments, and how to get the usage.
function Get-Misuse([string]$Sentence) {
    $form = 'vision-client.ps1 <prompt> <picture>, or prompts, or model'
    return "$(Format-Shown $Sentence)`nUsage: $form; --help says more."
}

$words = @(foreach ($word in $args) { Get-Typed $word })
if ($words.Count -gt 0 -and $words[0] -in '-h', '--help', '-help', '/?') {
    $usage
    Restore-Console
    exit 0
}

$code = 130
try {
    $server = Get-ServerAddress
    $timeout = Get-TimeLimit
    if ($words.Count -eq 1 -and $words[0] -in 'prompts', 'model') {
        $connection = New-Connection
        if ($words[0] -eq 'model') { Write-Result (Get-Model) } else { Write-Result (Get-Prompts) }
    } elseif ($words.Count -eq 2) {
        $connection = New-Connection
        Write-Result (Get-Caption $words[0] (Resolve-Name $words[1]))
    } elseif ($words.Count -eq 0) {
        throw (Get-Misuse 'The prompt and the picture are missing.')
    } elseif ($words.Count -eq 1) {
        throw (Get-Misuse "The picture is missing behind the prompt $($words[0]).")
    } else {
        $taken = "One prompt and one picture are taken, not $($words.Count) arguments."
        throw (Get-Misuse "$taken A name with blanks needs quotes.")
    }
    $code = 0
} catch {
    $code = 1
    Write-LastProblem $_.Exception.Message
} finally {
    # Ctrl-C comes here alone.
    if ($code -eq 130 -and $started) { $Host.SetShouldExit(130) }
    Restore-Console
}
exit $code
