import { commandName } from "../../advice/index.ts";
import { realpath, rm } from "node:fs/promises";
import { join } from "node:path";
import { ERRORS, Failure } from "../../errors/index.ts";
import { text } from "../../text/index.ts";
import type { LauncherParts, Scheduler } from "./schedule.ts";

/** Minimum major version of Node on which the program runs; see `bin/clomoctl.js`. */
const MIN_NODE_VERSION = 24;

/** Exit code of `renewals notify` if there are no recipients. It is reported only if something is due. */
const NO_RECIPIENTS_EXIT = ERRORS["not-found"].exit;

/** Paths of Node in the user's home folder, as version managers install it. */
const VERSION_MANAGER_NODE_PATHS = [
  ".nvm/versions/node/*/bin/node",
  ".local/share/fnm/node-versions/*/installation/bin/node",
  ".local/share/mise/installs/node/*/bin/node",
  ".asdf/installs/nodejs/*/bin/node",
  ".volta/bin/node",
];

const DEFAULT_PATH_FOLDERS = "/usr/local/bin:/opt/homebrew/bin:/usr/bin:/bin";

/** Returns the path of the launcher script for a scheduler. */
export const getLauncherPath = (folder: string, way: Scheduler): string => join(folder, `renewals-${way}.sh`);

/**
 * Returns a path of the program that remains valid. If npx runs a checkout, its path goes through a link in the cache
 * of npx, and that link disappears when the cache is emptied.
 */
export const resolveStablePath = async (door: string): Promise<string> =>
  NPX_CACHE_PATH.test(door) ? await realpath(door).catch(() => door) : door;

/** Matches a path in the cache of npx. */
export const NPX_CACHE_PATH = /[\\/]_npx[\\/]/;

/** Returns the path of the file in which a launcher records the time and the exit code of its last run. */
export const getLastRunPath = (launcher: string): string => launcher.replace(/\.sh$/, ".last");

/** Deletes a launcher and the file with its last run. */
export async function removeLauncher(launcher: string): Promise<void> {
  for (const file of [launcher, getLastRunPath(launcher)]) await rm(file, { force: true });
}

/** The last run that a launcher recorded. */
export interface LastRun {
  /** a UTC instant */
  readonly at: string;
  readonly exit: number;
}

/** Parses the record of a launcher's last run. Returns undefined if it has another format. */
export const parseLastRun = (note: string): LastRun | undefined => {
  const { at, exit } = /^(?<at>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ) (?<exit>\d+)\n?$/.exec(note)?.groups ?? {};
  return at === undefined || exit === undefined ? undefined : { at, exit: Number(exit) };
};

/** Quotes a word for a POSIX shell. @throws `usage` if the word contains a line break or another control character */
export function quoteShellWord(word: string): string {
  if (/\p{Cc}/u.test(word)) {
    throw new Failure("usage", {
      what: text(
        "a path that contains a line break or another control character cannot be scheduled",
        "改行などの制御文字を含むパスは登録できません",
      ),
      where: JSON.stringify(word),
    });
  }
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/**
 * Renders a POSIX shell script that runs `renewals notify` and `renewals check`, and prints nothing if there is nothing
 * to report.
 *
 * Each run searches for Node and the program: first at their original paths, then on PATH, then where version managers
 * install Node. An update or a moved `node_modules` therefore does not stop the daily run.
 *
 * If `renewals notify` fails, the script ends with its exit code, otherwise with the exit code of `renewals check`.
 * Items that are only within the warning time are not a failure, because reminders were sent for them; they are shown
 * only if `renewals notify` failed or printed something. The output of the check comes first, so that an email with the
 * output begins with the due items. Missing recipients are reported only if something is due. The script records the
 * time and the exit code of its run in a file next to it.
 */
export function renderLauncherScript({
  node,
  door,
  path,
  userFolder,
  language,
  variables,
  scope,
}: LauncherParts): string {
  const missing = {
    en: `clomoctl or Node.js ${MIN_NODE_VERSION} was not found; run "${commandName("renewals schedule install")}" again`,
    ja: `clomoctl または Node.js ${MIN_NODE_VERSION} が見つかりません。「${commandName("renewals schedule install")}」をもう一度実行してください`,
  }[language];
  const words = ["--quiet", "--no-input", ...scope.map(quoteShellWord)].join(" ");
  return `#!/bin/sh
# Written by "${commandName("renewals schedule install")}"; "${commandName("renewals schedule remove")}" removes this file.
trap 'ended=$?; case $0 in *.sh) { echo "$(date -u +%Y-%m-%dT%H:%M:%SZ) $ended" >"\${0%.sh}.last"; } 2>/dev/null ;; esac' EXIT
HOME=\${HOME:-${quoteShellWord(userFolder)}}; export HOME
${[...variables].map(([name, value]) => `${name}=${quoteShellWord(value)}; export ${name}\n`).join("")}CLOMOCTL_LANG=${language}; export CLOMOCTL_LANG
PATH=\${PATH:-/usr/bin:/bin}:${quoteShellWord(path)}:${DEFAULT_PATH_FOLDERS}; export PATH

node=
for found in ${quoteShellWord(node)} "$(command -v node)" ${VERSION_MANAGER_NODE_PATHS.map((kept) => `"$HOME"/${kept}`).join(" ")}; do
  [ -x "$found" ] || continue
  "$found" -e 'process.exit(parseInt(process.versions.node, 10) < ${MIN_NODE_VERSION} ? 1 : 0)' 2>/dev/null || continue
  node=$found
  break
done
PATH=$(dirname "\${node:-/usr/bin/node}"):$PATH

door=
for found in ${quoteShellWord(door)} "$(command -v clomoctl)"; do
  [ -f "$found" ] || continue
  door=$found
  break
done
[ -n "$door" ] || door=$(npm root -g 2>/dev/null)/clomoctl/bin/clomoctl.js

if [ -z "$node" ] || [ ! -f "$door" ]; then
  echo ${quoteShellWord(missing)} >&2
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
if [ $notified -eq ${NO_RECIPIENTS_EXIT} ] && [ $checked -eq 0 ]; then exit 0; fi
if [ $checked -gt 1 ] || { [ $checked -eq 1 ] && [ "$notified$said" != 0 ]; }; then printf '%s\\n' "$shown"; fi
[ -z "$said" ] || printf '%s\\n' "$said"
[ $notified -eq 0 ] || exit $notified
[ $checked -ne 1 ] || exit 0
exit $checked
`;
}
