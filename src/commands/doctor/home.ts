import { dirname } from "node:path";
import { accessFault } from "../../lib/config/index.ts";
import { freeBytesIn, realNameOf, registeredFiles } from "../../lib/files/index.ts";
import { keepsOwners, lookAt, networkFileSystemOf, type FileStatus } from "../../lib/files/look.ts";
import { shownWord } from "../../lib/text/shell-word.ts";
import { counted, same, text } from "../../lib/text/index.ts";
import type { Tools } from "../tools.ts";
import { found, ok, problem, warning, type Finding } from "./finding.ts";
import { keyFindings } from "./sealing.ts";

const MB = 1024 * 1024;

/** Below this commands fail; an import needs a multiple of its file. */
const MIN_FREE_BYTES = 16 * MB;
const LITTLE_FREE_BYTES = 200 * MB;

const OTHERS = 0o077;
const OTHERS_READ = 0o055;

/** What of the machine is not told by the home itself. */
export interface Disk {
  readonly look: typeof lookAt;
  readonly freeBytes: typeof freeBytesIn;
  readonly networkFileSystem: (path: string) => string | undefined;
  readonly keepsOwners: (path: string) => boolean;
}

const diskOf = ({ machine }: Tools): Disk => ({
  look: lookAt,
  freeBytes: freeBytesIn,
  networkFileSystem: (path) => networkFileSystemOf(path, machine.platform),
  keepsOwners: (path) => keepsOwners(path, machine.platform),
});

/** Looks at the folders of the home. */
export async function checkHome(tools: Tools, disk: Disk = diskOf(tools)): Promise<readonly Finding[]> {
  const { data } = tools.home;
  const ownersKept = disk.keepsOwners(await realNameOf(await nearest(data)));
  const all = [
    await found(tools, "home", async () => homeFindings(tools, await disk.look(data), ownersKept)),
    await found(tools, "permissions", () => permissionFindings(tools, ownersKept)),
    await found(tools, "sealing-key", () => keyFindings(tools)),
    await found(tools, "space", async () => [spaceFinding(data, disk.freeBytes(await nearest(data)))]),
    await found(tools, "file-system", async () => [
      fileSystemFinding(data, disk.networkFileSystem(await nearest(data))),
    ]),
    await found(tools, "temporary-files", () => temporaryFindings(tools)),
  ];
  return all.flat();
}

/** The folder, or the nearest one above it that is there. */
async function nearest(folder: string): Promise<string> {
  let at = folder;
  while ((await lookAt(at)) === undefined && dirname(at) !== at) at = dirname(at);
  return at;
}

function homeFindings({ home }: Tools, look: FileStatus | undefined, ownersKept: boolean): readonly Finding[] {
  const { data, userId } = home;
  if (look === undefined) {
    return [ok("home", text(`${data}: made when something is kept`, `${data}(最初に保存するときに作成されます)`))];
  }
  if (!look.isFolder) {
    return [
      problem(
        "home",
        text(`${data} is no folder`, `${data} はフォルダーではありません`),
        text(
          "move it away, or let CLOMOCTL_HOME name another place",
          "別の場所に移すか、CLOMOCTL_HOME で別の場所を指定してください",
        ),
      ),
    ];
  }
  const fault = accessFault(data, look, userId);
  if (fault?.kind === "foreign" && ownersKept) {
    return [
      problem(
        "home",
        fault.what,
        text(
          `run clomoctl as that user, or let CLOMOCTL_HOME name a folder of your own, or as root: ${fault.mend}`,
          `そのユーザーで実行するか、CLOMOCTL_HOME で自分のフォルダーを指定するか、root で実行してください: ${fault.mend}`,
        ),
      ),
    ];
  }
  if (look.isWritable) return [ok("home", text(data, data))];
  return [
    warning(
      "home",
      text(`${data} cannot be written: only reading works`, `${data} に書き込めません(参照だけできます)`),
      text(
        "make it writable, or let CLOMOCTL_HOME name another",
        "書き込めるようにするか、CLOMOCTL_HOME で別の場所を指定してください",
      ),
    ),
  ];
}

/** Who but the owner may get at what is kept. */
async function permissionFindings({ home, contexts }: Tools, ownersKept: boolean): Promise<readonly Finding[]> {
  const { settings, data, tenants, temporary, userId } = home;
  if (userId === undefined || !ownersKept) return [];
  const known = await contexts.list().catch(() => []);
  const ofTenants = known.flatMap((context) => (context.kind === "embedded" ? [context.tenantFolder] : []));
  const isClosed = await allClosed([data]);
  // what lies in a closed folder is closed
  const readable = isClosed ? [] : [tenants, temporary, ...((await allClosed([tenants])) ? [] : ofTenants)];
  const findings: Finding[] = [];
  for (const folder of new Set([settings, data, tenants, temporary, ...ofTenants])) {
    const look = await lookAt(folder);
    const fault = look && accessFault(folder, look, userId);
    if (fault !== undefined) {
      // whose the home is has a finding of its own
      if (fault.kind === "open" || folder !== data) findings.push(problem("permissions", fault.what, same(fault.mend)));
    } else if (readable.includes(folder) && ((look?.mode ?? 0) & OTHERS_READ) !== 0) {
      findings.push(
        warning(
          "permissions",
          text(`other users can read ${folder}`, `${folder} を他のユーザーが読めます`),
          same(`chmod 700 ${shownWord(folder)}`),
        ),
      );
    }
  }
  if (findings.length > 0) return findings;
  return [ok("permissions", text("what is kept is yours alone", "保存内容を読み書きできるのは自分だけです"))];
}

/** Whether none of the folders that are there is open to others. */
async function allClosed(folders: readonly string[]): Promise<boolean> {
  const looks = await Promise.all(folders.map((folder) => lookAt(folder)));
  return looks.every((look) => look === undefined || (look.mode & OTHERS) === 0);
}

function spaceFinding(folder: string, bytes: number | undefined): Finding {
  if (bytes === undefined) return ok("space", text("not known here", "この環境ではわかりません"));
  const free = text(
    `${Math.floor(bytes / MB)} MB free for ${folder}`,
    `${folder} の空き容量は ${Math.floor(bytes / MB)} MB です`,
  );
  const mend = text(
    "make room, or let CLOMOCTL_HOME name another disk",
    "不要なファイルを消すか、CLOMOCTL_HOME で別のディスクを指定してください",
  );
  if (bytes < MIN_FREE_BYTES) return problem("space", free, mend);
  return bytes < LITTLE_FREE_BYTES ? warning("space", free, mend) : ok("space", free);
}

function fileSystemFinding(folder: string, network: string | undefined): Finding {
  if (network === undefined)
    return ok("file-system", text("on this machine, as far as can be told", "この PC 上です(判別できる範囲)"));
  return warning(
    "file-system",
    text(
      `${folder} lies on another machine (${network}), whose locks may not hold: two commands at once could damage a tenant`,
      `${folder} は別のマシン上(${network})にあり、ロックが効かないことがあります。同時に実行するとテナントが壊れるおそれがあります`,
    ),
    text(
      "let CLOMOCTL_HOME name a folder of this machine, and move the data there",
      "CLOMOCTL_HOME でこの PC のフォルダーを指定し、データを移してください",
    ),
  );
}

async function temporaryFindings({ temporary, home }: Tools): Promise<readonly Finding[]> {
  const files = await registeredFiles(temporary);
  const left = files.filter(({ state }) => state === "left");
  const elsewhere = files.filter(({ state }) => state === "elsewhere");
  const [first] = left;
  if (first !== undefined) {
    return [
      warning(
        "temporary-files",
        text(
          `${counted(left.length, "file")} of ended commands could not be removed: ${first.path}`,
          `終了したコマンドの一時ファイルが ${left.length} 件残っています: ${first.path}`,
        ),
        text(
          `remove what lies in ${home.temporary} while no command runs`,
          `コマンドが動いていないときに ${home.temporary} の中を削除してください`,
        ),
      ),
    ];
  }
  const [other] = elsewhere;
  if (other !== undefined) {
    return [
      warning(
        "temporary-files",
        text(
          `${counted(elsewhere.length, "file")} of another machine or container that shares the home: ${other.path}`,
          `ホームを共有する別のマシンやコンテナーの一時ファイルが ${elsewhere.length} 件あります: ${other.path}`,
        ),
        text("run a command there, which removes them", "そのマシンでコマンドを実行すると削除されます"),
      ),
    ];
  }
  return [ok("temporary-files", text("none left behind", "残っているものはありません"))];
}
