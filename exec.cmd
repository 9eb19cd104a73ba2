@rem The scripts of package.json start with exec, so that npm's signals reach our process and not a shell. cmd.exe has no exec.
@%*
