import { dirname } from "node:path";
import { findAccessFault } from "../../lib/config/index.ts";
import { getFreeBytes, resolveRealPath, listRegisteredFiles } from "../../lib/files/index.ts";
import { canStoreFileOwners, readFileStatus, detectNetworkFileSystem, type FileStatus } from "../../lib/files/look.ts";
import { quoteShellWord } from "../../lib/text/shell-word.ts";
import { formatCount, same, text } from "../../lib/text/index.ts";
import type { Tools } from "../tools.ts";
import {
  collectFindings,
  createOkFinding,
  createProblemFinding,
  createWarningFinding,
  type Finding,
} from "./finding.ts";
import { checkSealingKey } from "./sealing.ts";

const BYTES_PER_MB = 1024 * 1024;

/** If less disk space is free, commands fail: an import needs a multiple of the size of its file. */
const MIN_FREE_BYTES = 16 * BYTES_PER_MB;
const LOW_FREE_BYTES = 200 * BYTES_PER_MB;

const NON_OWNER_BITS = 0o077;
const NON_OWNER_READ_BITS = 0o055;

/** Functions that look up what the home does not provide, such as the free space of its disk. */
export interface DiskInspector {
  readonly look: typeof readFileStatus;
  readonly freeBytes: typeof getFreeBytes;
  readonly networkFileSystem: (path: string) => string | undefined;
  readonly keepsOwners: (path: string) => boolean;
}

const createDiskInspector = ({ machine }: Tools): DiskInspector => ({
  look: readFileStatus,
  freeBytes: getFreeBytes,
  networkFileSystem: (path) => detectNetworkFileSystem(path, machine.platform),
  keepsOwners: (path) => canStoreFileOwners(path, machine.platform),
});

/** Checks the folders of the home. */
export async function checkHome(
  tools: Tools,
  disk: DiskInspector = createDiskInspector(tools),
): Promise<readonly Finding[]> {
  const { data } = tools.home;
  const ownersKept = disk.keepsOwners(await resolveRealPath(await findNearestFolder(data)));
  const all = [
    await collectFindings(tools, "home", async () => checkHomeFolder(tools, await disk.look(data), ownersKept)),
    await collectFindings(tools, "permissions", () => checkPermissions(tools, ownersKept)),
    await collectFindings(tools, "sealing-key", () => checkSealingKey(tools)),
    await collectFindings(tools, "space", async () => [
      checkFreeSpace(data, disk.freeBytes(await findNearestFolder(data))),
    ]),
    await collectFindings(tools, "file-system", async () => [
      checkFileSystem(data, disk.networkFileSystem(await findNearestFolder(data))),
    ]),
    await collectFindings(tools, "temporary-files", () => checkTemporaryFiles(tools)),
  ];
  return all.flat();
}

/** Returns the folder, or its nearest parent folder that exists. */
async function findNearestFolder(folder: string): Promise<string> {
  let at = folder;
  while ((await readFileStatus(at)) === undefined && dirname(at) !== at) at = dirname(at);
  return at;
}

function checkHomeFolder({ home }: Tools, look: FileStatus | undefined, ownersKept: boolean): readonly Finding[] {
  const { data, userId } = home;
  if (look === undefined) {
    return [
      createOkFinding(
        "home",
        text(
          `${data} does not exist yet; it is created when data is first saved`,
          `${data} はまだありません(最初に保存するときに作成されます)`,
        ),
      ),
    ];
  }
  if (!look.isFolder) {
    return [
      createProblemFinding(
        "home",
        text(`${data} is not a folder`, `${data} はフォルダーではありません`),
        text(
          "move the file away, or set CLOMOCTL_HOME to another folder",
          "ファイルを移動するか、CLOMOCTL_HOME で別のフォルダーを指定してください",
        ),
      ),
    ];
  }
  const fault = findAccessFault(data, look, userId);
  if (fault?.kind === "foreign" && ownersKept) {
    return [
      createProblemFinding(
        "home",
        fault.what,
        text(
          `run clomoctl as that user; or set CLOMOCTL_HOME to a folder of your own; or run this as root: ${fault.mend}`,
          `そのユーザーで実行するか、CLOMOCTL_HOME で自分のフォルダーを指定するか、次を root で実行してください: ${fault.mend}`,
        ),
      ),
    ];
  }
  if (look.isWritable) return [createOkFinding("home", text(data, data))];
  return [
    createWarningFinding(
      "home",
      text(`${data} is not writable, so clomoctl can only read data`, `${data} に書き込めません(参照だけできます)`),
      text(
        "make the folder writable, or set CLOMOCTL_HOME to another folder",
        "フォルダーに書き込めるようにするか、CLOMOCTL_HOME で別のフォルダーを指定してください",
      ),
    ),
  ];
}

/** Checks that only the owner of the home can access the stored data. */
async function checkPermissions({ home, contexts }: Tools, ownersKept: boolean): Promise<readonly Finding[]> {
  const { settings, data, tenants, temporary, userId } = home;
  if (userId === undefined || !ownersKept) return [];
  const known = await contexts.list().catch(() => []);
  const ofTenants = known.flatMap((context) => (context.kind === "embedded" ? [context.tenantFolder] : []));
  const isClosed = await areClosedToOthers([data]);
  // a closed folder also protects the folders inside it
  const readable = isClosed ? [] : [tenants, temporary, ...((await areClosedToOthers([tenants])) ? [] : ofTenants)];
  const findings: Finding[] = [];
  for (const folder of new Set([settings, data, tenants, temporary, ...ofTenants])) {
    const look = await readFileStatus(folder);
    const fault = look && findAccessFault(folder, look, userId);
    if (fault !== undefined) {
      // another owner of the home folder is already reported by the check of the home folder
      if (fault.kind === "open" || folder !== data)
        findings.push(createProblemFinding("permissions", fault.what, same(fault.mend)));
    } else if (readable.includes(folder) && ((look?.mode ?? 0) & NON_OWNER_READ_BITS) !== 0) {
      findings.push(
        createWarningFinding(
          "permissions",
          text(`other users can read ${folder}`, `${folder} を他のユーザーが読めます`),
          same(`chmod 700 ${quoteShellWord(folder)}`),
        ),
      );
    }
  }
  if (findings.length > 0) return findings;
  return [
    createOkFinding(
      "permissions",
      text("only you can access the stored data", "保存内容を読み書きできるのは自分だけです"),
    ),
  ];
}

/** Returns true if none of the folders that exist grants access to others. */
async function areClosedToOthers(folders: readonly string[]): Promise<boolean> {
  const looks = await Promise.all(folders.map((folder) => readFileStatus(folder)));
  return looks.every((look) => look === undefined || (look.mode & NON_OWNER_BITS) === 0);
}

function checkFreeSpace(folder: string, bytes: number | undefined): Finding {
  if (bytes === undefined)
    return createOkFinding(
      "space",
      text("the free disk space cannot be determined on this system", "この環境では空き容量を確認できません"),
    );
  const free = text(
    `${Math.floor(bytes / BYTES_PER_MB)} MB free on the disk of ${folder}`,
    `${folder} の空き容量は ${Math.floor(bytes / BYTES_PER_MB)} MB です`,
  );
  const mend = text(
    "free up disk space, or set CLOMOCTL_HOME to a folder on another disk",
    "不要なファイルを消すか、CLOMOCTL_HOME で別のディスクを指定してください",
  );
  if (bytes < MIN_FREE_BYTES) return createProblemFinding("space", free, mend);
  return bytes < LOW_FREE_BYTES ? createWarningFinding("space", free, mend) : createOkFinding("space", free);
}

function checkFileSystem(folder: string, network: string | undefined): Finding {
  if (network === undefined)
    return createOkFinding(
      "file-system",
      text("on this computer, as far as clomoctl can detect", "このコンピューター上です(判別できる範囲)"),
    );
  return createWarningFinding(
    "file-system",
    text(
      `${folder} is on another computer (${network}), where file locks may not work: commands that run at the same time could damage a tenant`,
      `${folder} は別のコンピューター上(${network})にあり、ロックが効かないことがあります。同時に実行するとテナントが壊れるおそれがあります`,
    ),
    text(
      "set CLOMOCTL_HOME to a folder on this computer, and move the data there",
      "CLOMOCTL_HOME でこのコンピューターのフォルダーを指定し、データを移してください",
    ),
  );
}

async function checkTemporaryFiles({ temporary, home }: Tools): Promise<readonly Finding[]> {
  const files = await listRegisteredFiles(temporary);
  const left = files.filter(({ state }) => state === "left");
  const elsewhere = files.filter(({ state }) => state === "elsewhere");
  const [first] = left;
  if (first !== undefined) {
    return [
      createWarningFinding(
        "temporary-files",
        text(
          `${formatCount(left.length, "temporary file")} left behind by commands that have ended: ${first.path}`,
          `終了したコマンドの一時ファイルが ${left.length} 件残っています: ${first.path}`,
        ),
        text(
          `delete the contents of ${home.temporary} while no command is running`,
          `clomoctl のコマンドが 1 つも動いていないときに、${home.temporary} の中身を削除してください`,
        ),
      ),
    ];
  }
  const [other] = elsewhere;
  if (other !== undefined) {
    return [
      createWarningFinding(
        "temporary-files",
        text(
          `${formatCount(elsewhere.length, "file")} from another machine or container that shares this home: ${other.path}`,
          `ホームを共有する別のマシンやコンテナーの一時ファイルが ${elsewhere.length} 件あります: ${other.path}`,
        ),
        text(
          "run a clomoctl command on that machine to remove the files",
          "そのマシンでコマンドを実行すると削除されます",
        ),
      ),
    ];
  }
  return [
    createOkFinding(
      "temporary-files",
      text("no temporary files were left behind", "残っている一時ファイルはありません"),
    ),
  ];
}
