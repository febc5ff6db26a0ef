import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freshFolder, type Circumstances } from "../program.ts";

/** Keeps the crontab in a file, as cron does: `-l`, `-` and `-r`. */
const CRONTAB = `
echo "crontab $*" >>"$MACHINE/asked"
case $1 in
  -l) [ -e "$MACHINE/crontab" ] && exec /bin/cat "$MACHINE/crontab"; echo "no crontab for k" >&2; exit 1 ;;
  -r) exec /bin/rm "$MACHINE/crontab" ;;
  *) exec /bin/cat >"$MACHINE/crontab" ;;
esac
`;

/** Says that every timer is active. */
const SYSTEMCTL = `
echo "systemctl $*" >>"$MACHINE/asked"
case $* in *is-active*) echo active ;; esac
`;

/** Accepts all units. */
const ANALYZE = `
echo "systemd-analyze $1 $2" >>"$MACHINE/asked"
`;

/** A machine with programs of its own: nothing of the real one's crontab and systemd is touched. */
export interface TestMachine {
  /** with a home of its own; give it to `run` */
  readonly circumstances: Required<Pick<Circumstances, "home" | "environment">>;
  readonly home: string;
  /** folder of the person's own units */
  readonly units: string;
  /** folder of the machine's units */
  readonly systemUnits: string;
  /** the crontab; undefined where there is none */
  readonly crontab: () => string | undefined;
  readonly setCrontab: (content: string) => void;
  /** what the programs were asked, in order */
  readonly asked: () => readonly string[];
  /** Replaces a program by this shell script; without one it is not there. */
  readonly program: (name: string, script?: string) => void;
}

/** Makes a machine; it goes with its folder when the test ends. */
export function machine(): TestMachine {
  const home = freshFolder();
  const programs = join(home, "programs");
  const read = (name: string): string | undefined =>
    existsSync(join(home, name)) ? readFileSync(join(home, name), "utf8") : undefined;
  const program = (name: string, script?: string): void => {
    writeFileSync(join(programs, name), `#!/bin/sh${script ?? ""}`);
    chmodSync(join(programs, name), script === undefined ? 0o600 : 0o700);
  };
  mkdirSync(programs);
  program("crontab", CRONTAB);
  program("systemctl", SYSTEMCTL);
  program("systemd-analyze", ANALYZE);
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
