import { dirname } from "node:path";
import { findAccessFault } from "../../lib/config/index.ts";
import { resolveRealPath } from "../../lib/files/index.ts";
import { canStoreFileOwners, readFileStatus, type FileStatus } from "../../lib/files/look.ts";
import { quoteShellWord } from "../../lib/text/shell-word.ts";
import { same, text } from "../../lib/text/index.ts";
import type { Tools } from "../tools.ts";
import {
  collectFindings,
  createOkFinding,
  createProblemFinding,
  createWarningFinding,
  type Finding,
} from "./finding.ts";
import { checkSealingKey } from "./sealing.ts";

const NON_OWNER_BITS = 0o077;
const NON_OWNER_READ_BITS = 0o055;

/** Functions that look up what belongs to the disk of the home. */
export interface DiskInspector {
  readonly look: typeof readFileStatus;
  readonly keepsOwners: (path: string) => boolean;
}

export async function checkHome(
  tools: Tools,
  disk: DiskInspector = {
    look: readFileStatus,
    keepsOwners: (path) => canStoreFileOwners(path, tools.machine.platform),
  },
): Promise<readonly Finding[]> {
  const { data } = tools.home;
  const ownersKept = disk.keepsOwners(await resolveRealPath(await findNearestFolder(data)));
  const all = [
    await collectFindings(tools, "home", async () => checkHomeFolder(tools, await disk.look(data), ownersKept)),
    await collectFindings(tools, "permissions", () => checkPermissions(tools, ownersKept)),
    await collectFindings(tools, "sealing-key", () => checkSealingKey(tools)),
  ];
  return all.flat();
}

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

async function areClosedToOthers(folders: readonly string[]): Promise<boolean> {
  const looks = await Promise.all(folders.map((folder) => readFileStatus(folder)));
  return looks.every((look) => look === undefined || (look.mode & NON_OWNER_BITS) === 0);
}
