import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freshFolder, type Circumstances } from "../program.ts";

/** A machine with fake programs, so that tests do not change the crontab and systemd of the real machine. */
export interface TestMachine {
  /** options for `run`, with a separate home */
  readonly circumstances: Required<Pick<Circumstances, "home" | "environment">>;
  readonly home: string;
  /** Replaces a program with a shell script. If the script is omitted, the program cannot be run. */
  readonly program: (name: string, script?: string) => void;
}

export function createTestMachine(): TestMachine {
  const home = freshFolder();
  const programs = join(home, "programs");
  const program = (name: string, script?: string): void => {
    writeFileSync(join(programs, name), `#!/bin/sh${script ?? ""}`);
    chmodSync(join(programs, name), script === undefined ? 0o600 : 0o700);
  };
  mkdirSync(programs);
  const environment = { PATH: programs, XDG_CONFIG_HOME: join(home, "config"), MACHINE: home };
  return {
    circumstances: { home, environment },
    home,
    program,
  };
}
