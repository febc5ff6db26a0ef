import { commandName, line, type CommandLine } from "../../lib/advice/index.ts";
import type { NotReadyDevice } from "../../lib/client/index.ts";
import { SETUP_LACKS, NOT_READY_DEVICE_FIELDS, type SetupLack } from "../../lib/model/device.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { text, type Text } from "../../lib/text/index.ts";
import { toTypableName } from "../../lib/text/shell-word.ts";
import { buildFieldColumns } from "../listing/columns.ts";
import { limitRecords, listColumns } from "../listing/list.ts";
import type { Tools } from "../tools.ts";

/** Help on `--not-ready`. */
export const NOT_READY_DETAILS = [
  text(
    `--not-ready depends on --android-accounts of ${commandName("tenant set")}. With google-play, an Android device in any mode except Dedicated needs an owner (a user) who has a CLOMO account; with workspace, an owner who has a Google Workspace address. In Fully Managed, each device needs its own account. iOS and Windows devices do not need an account. Two rules are clomoctl's own: macOS devices do not need an account, and a device needs an owner before it is set up.`,
    `--not-ready は ${commandName("tenant set")} --android-accounts の設定に従います。google-play では、Dedicated device モード以外の Android デバイスに、CLOMO アカウントのある所有者(ユーザー)が必要です。workspace では Google Workspace メールアドレスのある所有者が必要です。Fully Managed ではデバイスごとに専用のアカウントが必要です。iOS と Windows ではアカウントは不要です。macOS でもアカウントを不要とする点と、セットアップ前に所有者を必要とする点は、clomoctl 独自の規則です。`,
  ),
];

const LACK_COMMANDS: Readonly<Record<SetupLack, (device: NotReadyDevice) => CommandLine>> = {
  owner: ({ serialNumber, id }) => line("devices set-owner", [toTypableName(serialNumber, id)], { user: "USER" }),
  account: ({ owner }) =>
    line("users edit", [toTypableName(owner?.email ?? "", owner?.id ?? "")], { accountName: "NAME" }),
  "workspace-address": ({ owner }) =>
    line("users edit", [toTypableName(owner?.email ?? "", owner?.id ?? "")], { googleWorkspaceEmail: "ADDRESS" }),
  "own-account": ({ serialNumber, id }) =>
    line("devices set-owner", [toTypableName(serialNumber, id)], { user: "USER" }),
};

const getSetupLacks = ({ lacks }: NotReadyDevice): readonly SetupLack[] => lacks as readonly SetupLack[];

const renderSetupLacks = (device: NotReadyDevice): Text => {
  const all = getSetupLacks(device).map((lack) => SETUP_LACKS[lack]);
  return text(all.map(({ en }) => en).join(", "), all.map(({ ja }) => ja).join("、"));
};

const NOT_READY_COLUMNS: readonly Column<NotReadyDevice>[] = [
  ...buildFieldColumns<NotReadyDevice>(NOT_READY_DEVICE_FIELDS).map((column) =>
    column.key === "lacks" ? { ...column, name: renderSetupLacks } : column,
  ),
  {
    key: "mend",
    header: text("how to fix it", "対処"),
    wraps: true,
    advice: true,
    value: (device) => getSetupLacks(device).map((lack) => `${LACK_COMMANDS[lack](device)}`),
  },
];

const UNKNOWN_ACCOUNTS_NOTE = text(
  `the type of the Android accounts is not set, so only devices that share an account are shown; to set it: ${line("tenant set", [], { androidAccounts: "google-play" })} (or workspace, or none)`,
  `Android のアカウントの種類が登録されていないため、アカウントを共用するデバイスだけを表示します。登録するには: ${line("tenant set", [], { androidAccounts: "google-play" })}(または workspace、none)`,
);

/** Lists devices that are not ready, with what each lacks and the commands that provide it. */
export async function listNotReady(
  tools: Tools,
  devices: AsyncIterable<NotReadyDevice>,
  limit: number | undefined,
): Promise<void> {
  const { client } = await tools.tenant("tenant");
  const { profile } = await client.tenant.show();
  if ((profile?.androidAccounts ?? null) === null) await tools.terminal.note(UNKNOWN_ACCOUNTS_NOTE);
  const columns = listColumns(tools.terminal, NOT_READY_COLUMNS, [
    "serialNumber",
    "androidMode",
    "owner",
    "lacks",
    "mend",
  ]);
  await tools.terminal.list(columns, limitRecords(devices, limit));
}
