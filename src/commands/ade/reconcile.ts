import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { commandName } from "../../lib/advice/index.ts";
import type { Business, BusinessAccess } from "../../lib/apple/business/client.ts";
import type { Ade } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { readSecret } from "../../lib/renewals/notify/secret.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { text } from "../../lib/text/index.ts";
import { shownWord } from "../../lib/text/shell-word.ts";
import { defineCommand } from "../command.ts";
import { INPUT_ENCODING } from "../csv/file/encoding.ts";
import { SHEET } from "../csv/file/sheet.ts";
import type { Fields, InputOf } from "../field.ts";
import type { Tools } from "../tools.ts";
import { nextSteps } from "./purchased/next.ts";
import { tellEndpoint } from "./shown.ts";
import { readSerialList } from "./purchased/serial-list.ts";
import { inTenant, isGood, locate, VERDICTS, type ReconciledDevice } from "./purchased/verdict.ts";

const OPTIONS = {
  encoding: INPUT_ENCODING,
  sheet: SHEET,
  appleBusiness: {
    kind: "boolean",
    about: text(
      "ask the Apple Business API where the missing ones are",
      "見つからないデバイスの状況を Apple Business API で調べる",
    ),
  },
  businessClientId: {
    kind: "string",
    value: "ID",
    about: text(
      "client ID of its API account (or CLOMOCTL_BUSINESS_CLIENT_ID)",
      "API アカウントのクライアント ID(または CLOMOCTL_BUSINESS_CLIENT_ID)",
    ),
  },
  businessKeyId: {
    kind: "string",
    value: "ID",
    about: text(
      "its key ID, unless Apple refuses it (or CLOMOCTL_BUSINESS_KEY_ID)",
      "キー ID(Apple に拒否される場合は省略。または CLOMOCTL_BUSINESS_KEY_ID)",
    ),
  },
  businessKeyFile: {
    kind: "file",
    value: "KEY.pem",
    about: text(
      "its private key, a file that only you can read (or CLOMOCTL_BUSINESS_KEY_FILE)",
      "秘密鍵のファイル。自分だけが読めること(または CLOMOCTL_BUSINESS_KEY_FILE)",
    ),
  },
} as const satisfies Fields;

type BusinessOptions = Omit<InputOf<typeof OPTIONS>, "encoding" | "sheet">;

const WHERE = commandName("ade reconcile");

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
  summary: text("compare purchased devices with what Apple shows", "購入したデバイスと Apple 側の情報を照合する"),
  details: [
    text(
      "FILE is the list of who sold the devices: CSV or a workbook with a column シリアルナンバー, シリアル番号 or serial number, or nothing but that column.",
      "FILE は購入元から届いた一覧です。「シリアルナンバー」「シリアル番号」「serial number」の列がある CSV かブック、またはその列だけのファイルを指定します。",
    ),
    text(
      "In a mirror of the console the devices of its last export are compared, which tell no profile state. Exit code 9: something is left to do.",
      "コンソールのミラーでは、最後にエクスポートしたデバイスと照合します(プロファイルの状態は含まれません)。対応が必要なデバイスがあれば終了コードは 9 です。",
    ),
  ],
  args: { file: { kind: "file", required: true, about: text("the list; - is stdin", "一覧(- は標準入力)") } },
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
    tools.describeState(() => NOTHING_CHANGED);
    refuseAlone(options);
    const again = (chosen: string): string => `${WHERE} ${shownWord(file)} --sheet ${shownWord(chosen)}`;
    const list = await readSerialList(tools, file, { encoding, sheet, again });
    const given = options.appleBusiness ? await keyOf(tools, options) : undefined;
    const { client } = await tools.tenant("ade", "devices");
    const ade = await client.ade.show();
    const isMirror = ade.mirror && ade.endpoint?.kind !== "simulator";
    await tellEndpoint(tools, ade);
    const business = given && (await businessOf(tools, ade, given));
    const found = await Array.fromAsync(inTenant(client, list, ade));
    const all = business === undefined ? found : await locate(business, found, isMirror ? undefined : ade.server?.name);
    await terminal.list(COLUMNS, all);
    for (const line of nextSteps(all, { isMirror })) await terminal.note(line);
    return all.every(({ verdict }) => isGood(verdict)) ? undefined : "differs";
  },
});

const NOTHING_CHANGED = text("nothing was changed: it is only compared", "照合だけなので、何も変更していません");

/** @throws Failure `usage` where the API is not asked, though what it needs is given */
function refuseAlone({ appleBusiness, ...rest }: BusinessOptions): void {
  if (appleBusiness || Object.values(rest).every((value) => value === undefined)) return;
  throw new Failure("usage", {
    what: text(
      "--business-client-id, --business-key-id and --business-key-file need --apple-business",
      "--business-client-id、--business-key-id、--business-key-file には --apple-business が必要です",
    ),
    where: WHERE,
  });
}

/** What the Apple Business API knows its client by. */
type BusinessKey = Pick<BusinessAccess, "clientId" | "keyId" | "key">;

/** @throws Failure `usage` where something is not given; `input-rejected` where the key is none, or others can read it */
async function keyOf(
  { environment, workingFolder: folder, machine }: Tools,
  options: BusinessOptions,
): Promise<BusinessKey> {
  const clientId = options.businessClientId ?? environment["CLOMOCTL_BUSINESS_CLIENT_ID"];
  const keyId = options.businessKeyId ?? environment["CLOMOCTL_BUSINESS_KEY_ID"];
  const keyFile = options.businessKeyFile ?? environment["CLOMOCTL_BUSINESS_KEY_FILE"];
  if (clientId === undefined || keyFile === undefined) {
    throw notGiven(clientId === undefined ? "--business-client-id" : "--business-key-file");
  }
  const pem = await readSecret({ file: keyFile }, { environment: {}, folder, modes: machine.platform !== "win32" });
  const { privateKeyOf } = await import("../../lib/apple/business/assertion.ts");
  return { clientId, keyId, key: privateKeyOf(keyFile, pem) };
}

async function businessOf(tools: Tools, { endpoint }: Ade, key: BusinessKey): Promise<Business> {
  const { clock, signal } = tools;
  const { openBusiness } = await import("../../lib/apple/business/client.ts");
  const simulator = endpoint?.kind === "simulator" ? endpoint.url : undefined;
  return openBusiness({
    ...key,
    place: {
      api: simulator ?? "https://api-business.apple.com",
      account: simulator ?? "https://account.apple.com",
    },
    send: await tools.send(),
    now: () => clock.now().getTime(),
    wait: (delayMs) => sleep(delayMs, undefined, { signal }),
    random: randomBytes,
    program: "clomoctl",
    signal,
  });
}

const notGiven = (flag: string): Failure =>
  new Failure("usage", {
    what: text(`--apple-business needs ${flag}`, `--apple-business には ${flag} が必要です`),
    where: WHERE,
    hint: text(
      "they are those of an API account, which an administrator makes in Apple Business Manager",
      "Apple Business Manager で管理者が作成する API アカウントの値を指定してください",
    ),
  });
