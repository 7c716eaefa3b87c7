// A stand-in for Windows' wsl.exe, for vision-server.bat in Wine's cmd.exe: it splits its command line by the rule that
// the real one uses for --exec (CommandLineToArgvW), passes variables as WSLENV says, and fails as that does: -1 and
// UTF-16 on standard output. It runs nothing: what would be run is appended to a file, a line each, in UTF-8.
//
// WSL_STAND_IN says what it stands for: "good" (the default), "absent" (WSL is not installed: anything but --status
// offers to install it), "empty" (no distribution), "bare" (a distribution without bash), "blind" (one that does not
// see the folder). WSL_STAND_IN_LOG is that file, and WSL_STAND_IN_EXIT the exit code of what would be run.
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

#include <windows.h>

#include <shellapi.h>

enum { FAILED = -1, NOT_INSTALLED = 50, LONGEST = 32768 };

static const wchar_t *setting(const wchar_t *name) {
    const wchar_t *value = _wgetenv(name);
    return value == NULL ? L"" : value;
}

static int stands_for(const wchar_t *state) {
    return wcscmp(setting(L"WSL_STAND_IN"), state) == 0;
}

static void note(const char *label, const wchar_t *text) {
    static char utf8[4 * LONGEST];
    WideCharToMultiByte(CP_UTF8, 0, text, -1, utf8, sizeof utf8, NULL, NULL);
    FILE *log = _wfopen(setting(L"WSL_STAND_IN_LOG"), L"ab");
    if (log == NULL)
        exit(99);
    fprintf(log, "%s%s\n", label, utf8);
    fclose(log);
}

static int fail(const wchar_t *text) {
    DWORD written;
    WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), text, (DWORD)(wcslen(text) * sizeof *text), &written, NULL);
    return FAILED;
}

/// C:\a\b -> /mnt/c/a/b, as WSLENV's /p does.
static void translate(const wchar_t *path, wchar_t *target) {
    if (path[0] == 0 || path[1] != L':') {
        target[0] = 0;
        return;
    }
    swprintf(target, LONGEST, L"/mnt/%lc%ls", towlower(path[0]), path + 2);
    for (; *target != 0; target++) {
        if (*target == L'\\')
            *target = L'/';
    }
}

static void note_variables(void) {
    static wchar_t names[LONGEST], line[2 * LONGEST], translated[LONGEST];
    wcsncpy(names, setting(L"WSLENV"), LONGEST - 1);
    for (wchar_t *name = wcstok(names, L":"); name != NULL; name = wcstok(NULL, L":")) {
        wchar_t *flags = wcschr(name, L'/');
        if (flags != NULL)
            *flags++ = 0;
        const wchar_t *value = setting(name);
        if (flags != NULL && wcschr(flags, L'p') != NULL) {
            translate(value, translated);
            value = translated;
        }
        swprintf(line, 2 * LONGEST, L"%ls=%ls", name, value);
        note("variable ", line);
    }
}

int wmain(void) {
    int count = 0;
    wchar_t **arguments = CommandLineToArgvW(GetCommandLineW(), &count);
    int next = 1;
    if (stands_for(L"absent")) {
        if (count > 1 && wcscmp(arguments[1], L"--status") == 0)
            return NOT_INSTALLED;
        note("offered to install WSL", L"");
        return fail(L"Press any key to install Windows Subsystem for Linux.\r\n");
    }
    if (count > 1 && wcscmp(arguments[1], L"--status") == 0)
        return stands_for(L"empty") ? fail(L"Windows Subsystem for Linux has no installed distributions.\r\n") : 0;
    if (stands_for(L"empty"))
        return fail(L"Windows Subsystem for Linux has no installed distributions.\r\n");
    if (next + 1 < count && wcscmp(arguments[next], L"--distribution") == 0) {
        note("distribution ", arguments[next + 1]);
        next += 2;
    }
    if (next + 1 >= count || wcscmp(arguments[next], L"--exec") != 0)
        return fail(L"Invalid command line argument.\r\n");
    next++;
    if (stands_for(L"bare") && wcscmp(arguments[next], L"bash") == 0) {
        fputs("<3>WSL: CreateProcessEntryCommon: execvpe(bash) failed: No such file or directory\n", stderr);
        return 1;
    }
    if (next + 2 < count && wcscmp(arguments[next + 1], L"-c") == 0) {
        if (wcscmp(arguments[next + 2], L"true") == 0)
            return 0;
        if (wcsncmp(arguments[next + 2], L"test -r", 7) == 0)
            return stands_for(L"blind") ? 1 : 0;
    }
    for (int i = next; i < count; i++)
        note("argument ", arguments[i]);
    note_variables();
    return _wtoi(setting(L"WSL_STAND_IN_EXIT"));
}
