import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freshFolder, type Circumstances } from "../program.ts";

/** A `crontab` script that keeps the crontab in a file. Supports `-l`, `-` and `-r`. */
const CRONTAB_SCRIPT = `
echo "crontab $*" >>"$MACHINE/asked"
case $1 in
  -l) [ -e "$MACHINE/crontab" ] && exec /bin/cat "$MACHINE/crontab"; echo "no crontab for k" >&2; exit 1 ;;
  -r) exec /bin/rm "$MACHINE/crontab" ;;
  *) exec /bin/cat >"$MACHINE/crontab" ;;
esac
`;

/** A `systemctl` script that reports every timer as active. */
const SYSTEMCTL_SCRIPT = `
echo "systemctl $*" >>"$MACHINE/asked"
case $* in *is-active*) echo active ;; esac
`;

/** A `systemd-analyze` script that accepts every unit. */
const ANALYZE_SCRIPT = `
echo "systemd-analyze $1 $2" >>"$MACHINE/asked"
`;

/** A machine with fake programs, so that tests do not change the crontab and systemd of the real machine. */
export interface TestMachine {
  /** options for `run`, with a separate home */
  readonly circumstances: Required<Pick<Circumstances, "home" | "environment">>;
  readonly home: string;
  /** folder of the user's systemd units */
  readonly units: string;
  /** folder of the machine's systemd units */
  readonly systemUnits: string;
  /** the crontab; undefined if there is no crontab */
  readonly crontab: () => string | undefined;
  readonly setCrontab: (content: string) => void;
  /** command lines of the programs that were called, in order */
  readonly asked: () => readonly string[];
  /** Replaces a program with a shell script. If the script is omitted, the program cannot be run. */
  readonly program: (name: string, script?: string) => void;
}

/** Creates a test machine. Its folder is removed when the test ends. */
export function createTestMachine(): TestMachine {
  const home = freshFolder();
  const programs = join(home, "programs");
  const read = (name: string): string | undefined =>
    existsSync(join(home, name)) ? readFileSync(join(home, name), "utf8") : undefined;
  const program = (name: string, script?: string): void => {
    writeFileSync(join(programs, name), `#!/bin/sh${script ?? ""}`);
    chmodSync(join(programs, name), script === undefined ? 0o600 : 0o700);
  };
  mkdirSync(programs);
  program("crontab", CRONTAB_SCRIPT);
  program("systemctl", SYSTEMCTL_SCRIPT);
  program("systemd-analyze", ANALYZE_SCRIPT);
  const environment = { PATH: programs, XDG_CONFIG_HOME: join(home, "config"), MACHINE: home };
  return {
    circumstances: { home, environment },
    home,
    units: join(home, "config", "systemd", "user"),
    systemUnits: join(home, "system-units"),
    crontab: () => read("crontab"),
    setCrontab: (content) => writeFileSync(join(home, "crontab"), content),
    asked: () => (read("asked") ?? "").split("\n").filter((line) => line !== ""),
    program,
  };
}
