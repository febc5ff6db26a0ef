import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { commandName } from "../../lib/advice/index.ts";
import type { BusinessClient, BusinessAccess } from "../../lib/apple/business/client.ts";
import type { Ade } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { APPLE_ADE_URL } from "../../lib/model/ade.ts";
import { readSecret } from "../../lib/renewals/notify/secret.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { INPUT_ENCODING_OPTION } from "../csv/file/encoding.ts";
import { SHEET_OPTION } from "../csv/file/sheet.ts";
import type { Fields, InputOf } from "../field.ts";
import type { Tools } from "../tools.ts";
import { listNextSteps } from "./purchased/next.ts";
import { readSerialList } from "./purchased/serial-list.ts";
import {
  reconcileWithTenant,
  isReadyVerdict,
  locateMissingDevices,
  VERDICTS,
  type ReconciledDevice,
} from "./purchased/verdict.ts";

const OPTIONS = {
  encoding: INPUT_ENCODING_OPTION,
  sheet: SHEET_OPTION,
  appleBusiness: {
    kind: "boolean",
    about: text(
      "look up missing devices with the Apple Business API",
      "見つからないデバイスの状況を Apple Business API で調べる",
    ),
  },
  businessClientId: {
    kind: "string",
    requires: "appleBusiness",
    value: "ID",
    about: text(
      "client ID of the API account (or CLOMOCTL_BUSINESS_CLIENT_ID)",
      "API アカウントのクライアント ID(または CLOMOCTL_BUSINESS_CLIENT_ID)",
    ),
  },
  businessKeyId: {
    kind: "string",
    requires: "appleBusiness",
    value: "ID",
    about: text(
      "key ID (or CLOMOCTL_BUSINESS_KEY_ID); leave it out if Apple rejects it",
      "キー ID(または CLOMOCTL_BUSINESS_KEY_ID。Apple に拒否される場合は省略)",
    ),
  },
  businessKeyFile: {
    kind: "file",
    requires: "appleBusiness",
    value: "KEY.pem",
    about: text(
      "private key file that only you can read (or CLOMOCTL_BUSINESS_KEY_FILE)",
      "自分だけが読める秘密鍵のファイル(または CLOMOCTL_BUSINESS_KEY_FILE)",
    ),
  },
} as const satisfies Fields;

type BusinessOptions = Omit<InputOf<typeof OPTIONS>, "encoding" | "sheet">;

const COMMAND_NAME = commandName("ade reconcile");

const COLUMNS: readonly Column<ReconciledDevice>[] = [
  {
    key: "serialNumber",
    header: text("serial number", "シリアルナンバー"),
    value: ({ serialNumber }) => serialNumber,
  },
  { key: "row", header: text("row", "行"), align: "end", value: ({ row }) => row },
  {
    key: "result",
    header: text("result", "結果"),
    value: ({ verdict }) => verdict,
    name: ({ verdict }) => VERDICTS[verdict],
  },
  {
    key: "profileStatus",
    header: text("ADE profile state", "ADE プロファイル状態"),
    value: ({ profileStatus }) => profileStatus,
  },
  { key: "server", header: text("MDM server", "MDM サーバ"), value: ({ server }) => server },
];

export default defineCommand({
  summary: text("compare purchased devices with Apple's device list", "購入したデバイスと Apple 側の情報を照合する"),
  details: [
    text(
      "In a mirror of the console (CLOMO PANEL), the list is compared with the last export of devices, which does not contain profile states. Exit code 9: some devices need action.",
      "管理画面(CLOMO PANEL)のミラーでは、最後にエクスポートしたデバイスと照合します(プロファイルの状態は含まれません)。対応が必要なデバイスがあれば終了コードは 9 です。",
    ),
  ],
  args: { file: { kind: "file", required: true, about: text("the seller's list (- is stdin)", "一覧(- は標準入力)") } },
  options: OPTIONS,
  examples: [
    { line: "clomoctl ade reconcile purchased.csv" },
    {
      line: "clomoctl ade reconcile purchased.xlsx --apple-business --business-client-id BUSINESSAPI.1 --business-key-file key.pem",
    },
  ],
  exits: ["usage", "input-rejected", "not-permitted", "not-found", "unavailable", "differs"],
  async run(tools, { file, encoding, sheet, ...options }) {
    const { terminal } = tools;
    const list = await readSerialList(tools, file, { encoding, sheet });
    const given = options.appleBusiness ? await readBusinessKey(tools, options) : undefined;
    const { client } = await tools.tenant("ade", "devices");
    const ade = await client.ade.show();
    const isMirror = ade.mirror;
    const business = given && (await openBusinessClient(tools, ade, given));
    const found = await Array.fromAsync(reconcileWithTenant(client, list, ade));
    const all =
      business === undefined
        ? found
        : await locateMissingDevices(business, found, isMirror ? undefined : ade.server?.name);
    await terminal.list(COLUMNS, all);
    for (const line of listNextSteps(all, { isMirror })) await terminal.note(line);
    return all.every(({ verdict }) => isReadyVerdict(verdict)) ? undefined : "differs";
  },
});

type BusinessKey = Pick<BusinessAccess, "clientId" | "keyId" | "key">;

/** Reads the credentials.  @throws `usage` if incomplete; `input-rejected` if the key is bad or readable by others */
async function readBusinessKey(
  { environment, workingFolder: folder, machine }: Tools,
  options: BusinessOptions,
): Promise<BusinessKey> {
  const clientId = options.businessClientId ?? environment["CLOMOCTL_BUSINESS_CLIENT_ID"];
  const keyId = options.businessKeyId ?? environment["CLOMOCTL_BUSINESS_KEY_ID"];
  const keyFile = options.businessKeyFile ?? environment["CLOMOCTL_BUSINESS_KEY_FILE"];
  if (clientId === undefined || keyFile === undefined) {
    throw createMissingOptionFailure(clientId === undefined ? "--business-client-id" : "--business-key-file");
  }
  const pem = await readSecret(keyFile, { folder, modes: machine.platform !== "win32" });
  const { parseApiKey } = await import("../../lib/apple/business/assertion.ts");
  return { clientId, keyId, key: parseApiKey(keyFile, pem) };
}

async function openBusinessClient(tools: Tools, { endpoint }: Ade, key: BusinessKey): Promise<BusinessClient> {
  const { clock, signal } = tools;
  const { createBusinessClient } = await import("../../lib/apple/business/client.ts");
  const other = endpoint === null || endpoint === APPLE_ADE_URL ? undefined : endpoint;
  return createBusinessClient({
    ...key,
    place: {
      api: other ?? "https://api-business.apple.com",
      account: other ?? "https://account.apple.com",
    },
    send: await tools.send(),
    now: () => clock.now().getTime(),
    wait: (delayMs) => sleep(delayMs, undefined, { signal }),
    random: randomBytes,
    program: "clomoctl",
    signal,
  });
}

const createMissingOptionFailure = (flag: string): Failure =>
  new Failure("usage", {
    what: text(`--apple-business requires ${flag}`, `--apple-business には ${flag} が必要です`),
    where: COMMAND_NAME,
    hint: text(
      "use the values of an API account, which an administrator creates in Apple Business Manager",
      "Apple Business Manager で管理者が作成する API アカウントの値を指定してください",
    ),
  });
