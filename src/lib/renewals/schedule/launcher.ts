import { commandName } from "../../advice/index.ts";
import { realpath, rm } from "node:fs/promises";
import { join } from "node:path";
import { ERRORS, Failure } from "../../errors/index.ts";
import { text } from "../../text/index.ts";
import type { LauncherParts, Scheduler } from "./schedule.ts";

/** The least Node the program runs on; see `bin/clomoctl.js`. */
const NODE_NEEDED = 24;

/** How `renewals notify` exits without recipients: reported only when something is due. */
const NOT_SET_UP = ERRORS["not-found"].exit;

/** Folders below a person's own in which version managers keep Node. */
const KEPT_BELOW_HOME = [
  ".nvm/versions/node/*/bin/node",
  ".local/share/fnm/node-versions/*/installation/bin/node",
  ".local/share/mise/installs/node/*/bin/node",
  ".asdf/installs/nodejs/*/bin/node",
  ".volta/bin/node",
];

const USUAL_FOLDERS = "/usr/local/bin:/opt/homebrew/bin:/usr/bin:/bin";

/** The path of a scheduler's launcher script. */
export const launcherFile = (folder: string, way: Scheduler): string => join(folder, `renewals-${way}.sh`);

/**
 * The program's path as it will still be there tomorrow: npx calls a checkout by a link in its cache, which goes when the
 * cache is emptied.
 */
export const steadyDoor = async (door: string): Promise<string> =>
  NPX_CACHE.test(door) ? await realpath(door).catch(() => door) : door;

/** Whether a path lies in the cache of npx. */
export const NPX_CACHE = /[\\/]_npx[\\/]/;

/** Where a launcher notes when it last ran, and how that ended. */
export const lastRunFile = (launcher: string): string => launcher.replace(/\.sh$/, ".last");

/** Takes a launcher and its note away. */
export async function removeLauncher(launcher: string): Promise<void> {
  for (const file of [launcher, lastRunFile(launcher)]) await rm(file, { force: true });
}

/** A run that was noted. */
export interface LastRun {
  /** a UTC instant */
  readonly at: string;
  readonly exit: number;
}

/** Reads the note of a launcher; undefined where it has another form. */
export const readLastRun = (note: string): LastRun | undefined => {
  const { at, exit } = /^(?<at>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ) (?<exit>\d+)\n?$/.exec(note)?.groups ?? {};
  return at === undefined || exit === undefined ? undefined : { at, exit: Number(exit) };
};

/** One word of a POSIX shell. @throws `usage` when it would not stay on its line */
export function shellWord(word: string): string {
  if (/\p{Cc}/u.test(word)) {
    throw new Failure("usage", {
      what: text(
        "a path with a line break or another control character cannot be scheduled",
        "改行などの制御文字を含むパスは登録できません",
      ),
      where: JSON.stringify(word),
    });
  }
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/**
 * A script of the POSIX shell that runs `renewals notify` and `renewals check`, silent while there is nothing to say.
 * Node and the program are looked for each time: where they were, then on PATH, then where version managers keep them,
 * so that an update or a moved `node_modules` does not silence it. It exits with the code of a notice that failed,
 * else with that of the check. What is due only within the warning time is shown beside a notice that failed or warned,
 * and is not a failure: notices were sent. The check comes first, so that a mail of its output begins with what is due. That
 * there are no recipients is reported only when something is due. When it ran and how that ended is noted beside it.
 */
export function launcherScript({ node, door, path, userFolder, language, variables, scope }: LauncherParts): string {
  const missing = {
    en: `clomoctl or Node.js ${NODE_NEEDED} was not found; run "${commandName("renewals schedule install")}" again`,
    ja: `clomoctl または Node.js ${NODE_NEEDED} が見つかりません。「${commandName("renewals schedule install")}」をもう一度実行してください`,
  }[language];
  const words = ["--quiet", "--no-input", ...scope.map(shellWord)].join(" ");
  return `#!/bin/sh
# Written by "${commandName("renewals schedule install")}"; "${commandName("renewals schedule remove")}" takes it away.
trap 'ended=$?; case $0 in *.sh) { echo "$(date -u +%Y-%m-%dT%H:%M:%SZ) $ended" >"\${0%.sh}.last"; } 2>/dev/null ;; esac' EXIT
HOME=\${HOME:-${shellWord(userFolder)}}; export HOME
${[...variables].map(([name, value]) => `${name}=${shellWord(value)}; export ${name}\n`).join("")}CLOMOCTL_LANG=${language}; export CLOMOCTL_LANG
PATH=\${PATH:-/usr/bin:/bin}:${shellWord(path)}:${USUAL_FOLDERS}; export PATH

node=
for found in ${shellWord(node)} "$(command -v node)" ${KEPT_BELOW_HOME.map((kept) => `"$HOME"/${kept}`).join(" ")}; do
  [ -x "$found" ] || continue
  "$found" -e 'process.exit(parseInt(process.versions.node, 10) < ${NODE_NEEDED} ? 1 : 0)' 2>/dev/null || continue
  node=$found
  break
done
PATH=$(dirname "\${node:-/usr/bin/node}"):$PATH

door=
for found in ${shellWord(door)} "$(command -v clomoctl)"; do
  [ -f "$found" ] || continue
  door=$found
  break
done
[ -n "$door" ] || door=$(npm root -g 2>/dev/null)/clomoctl/bin/clomoctl.js

if [ -z "$node" ] || [ ! -f "$door" ]; then
  echo ${shellWord(missing)} >&2
  exit 127
fi

clomoctl() {
  case $(head -n 1 "$door") in
    *node*) "$node" "$door" "$@" ;;
    *) "$door" "$@" ;;
  esac
}

said=$(${commandName("renewals notify")} ${words} 2>&1 >/dev/null)
notified=$?
shown=$(${commandName("renewals check")} --format table ${words} 2>&1)
checked=$?
if [ $notified -eq ${NOT_SET_UP} ] && [ $checked -eq 0 ]; then exit 0; fi
if [ $checked -gt 1 ] || { [ $checked -eq 1 ] && [ "$notified$said" != 0 ]; }; then printf '%s\\n' "$shown"; fi
[ -z "$said" ] || printf '%s\\n' "$said"
[ $notified -eq 0 ] || exit $notified
[ $checked -ne 1 ] || exit 0
exit $checked
`;
}
