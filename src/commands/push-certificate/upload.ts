import { line, step } from "../../lib/advice/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { readNamedFile } from "../../lib/files/index.ts";
import { CONSOLE_STEPS } from "../../lib/model/console-steps.ts";
import { requestFault } from "../../lib/model/push-certificate.ts";
import { MAX_BYTES } from "../../lib/model/renewal.ts";
import { counted, text } from "../../lib/text/index.ts";
import { requireApple } from "../ade/fence.ts";
import { defineCommand } from "../command.ts";
import { DRY_RUN } from "../records/options.ts";
import { BEFORE_WRITING, describeWritten, DRY, WHILE_WRITING } from "../records/written.ts";
import { requireRight } from "../rights.ts";
import type { Tools } from "../tools.ts";
import { APPLE_ACCOUNT, NOT_FOR_CLOMO, PUSH_COLUMNS } from "./columns.ts";

export default defineCommand({
  summary: text("take over the certificate that Apple made", "Apple が発行した証明書を登録する"),
  details: [
    NOT_FOR_CLOMO,
    text(
      "The certificate has to belong to the staged request, be newer than the one in use, and have the same topic: with another one every enrolled device (管理中: iOS, macOS, and those without a platform) stops responding until it is enrolled again. --accept-losing-devices with their number, also where it is 0, gives them up. The same file again changes nothing.",
      "作成済みの CSR から作られ、使用中のものより新しく、トピックが同じ証明書だけを受け付けます。トピックが変わると、管理中の全デバイス(iOS、macOS、プラットフォームが空のもの)が再登録するまで応答しなくなります。承知のうえで続けるには、その台数(0 でも)を --accept-losing-devices で指定します。同じファイルをもう一度指定しても、何も変わりません。",
    ),
    text(
      "When it expires is recorded among the renewals, where `renewals check` and its notices see it.",
      "有効期限は更新期限にも登録され、`renewals check` と通知の対象になります。",
    ),
  ],
  args: {
    file: {
      kind: "file",
      value: "FILE",
      required: true,
      about: text("the certificate as it was downloaded (.pem)", "ダウンロードした証明書(.pem)"),
    },
  },
  options: {
    appleAccount: APPLE_ACCOUNT,
    acceptLosingDevices: {
      kind: "number",
      value: "N",
      about: text(
        "though the topic changes: the number of enrolled devices, which have to be enrolled again",
        "トピックが変わっても登録する: 再登録が必要になる管理中のデバイスの台数",
      ),
    },
    dryRun: DRY_RUN,
  },
  examples: [
    { line: "clomoctl push-cert upload MDM_Certificate.pem --apple-account mdm@example.co.jp" },
    { line: "clomoctl push-cert upload MDM_Certificate.pem --apple-account mdm@example.co.jp --dry-run" },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "locked"],
  shows: PUSH_COLUMNS,
  async run(tools, { file: typed, appleAccount, acceptLosingDevices, dryRun }) {
    tools.describeState(() => BEFORE_WRITING);
    await requireRight(tools, "apple.write");
    await requireApple(tools, CONSOLE_STEPS.push);
    const { terminal } = tools;
    const { name, bytes } = await readNamedFile(tools, typed, MAX_BYTES);
    if (bytes.length > MAX_UPLOADED) throw tooLarge(typed);
    const { client } = await tools.tenant("push-certificate");
    const account = appleAccount ?? (await askAccount(tools, (await client["push-certificate"].show()).appleAccount));
    tools.describeState(() => WHILE_WRITING);
    const uploaded = await client["push-certificate"].upload({
      name,
      content: Buffer.from(bytes).toString("base64"),
      appleAccount: account,
      acceptLosingDevices,
      dryRun,
    });
    describeWritten(tools, dryRun);
    await terminal.show(PUSH_COLUMNS, uploaded.after);
    for (const warning of uploaded.warnings) await terminal.warn(warning);
    if (uploaded.unchanged) {
      return terminal.note(
        text(
          "this certificate is in use already: nothing was changed",
          "この証明書は登録済みです。何も変更していません",
        ),
      );
    }
    if (uploaded.losing !== null) await terminal.warn(lost(uploaded.losing));
    if (dryRun) return terminal.note(DRY);
    await terminal.note(
      step("recorded among the renewals, too", "更新期限にも登録しました", line("renewals list", [])),
    );
  },
});

/** The API takes no larger file: a hundred certificates. */
const MAX_UPLOADED = 256 * 1024;

const tooLarge = (where: string): Failure =>
  new Failure("input-rejected", {
    what: text("too large for a push certificate", "プッシュ通知証明書にしては大きすぎます"),
    where,
  });

const askAccount = ({ terminal }: Tools, recorded: string | null): Promise<string> => {
  const [en, ja] = recorded === null ? ["", ""] : [` (recorded: ${recorded})`, `(記録: ${recorded})`];
  return terminal.prompts.input({
    message: text(
      `The Apple Account that you signed in with in Apple's portal${en}:`,
      `Apple のポータルにサインインした Apple Account${ja}:`,
    ),
    flag: "--apple-account MAIL",
    check: (value) => requestFault("email", value),
  });
};

const lost = (devices: number) =>
  text(
    `the topic is another one: ${counted(devices, "device")} ${devices === 1 ? "has" : "have"} to be enrolled again`,
    `トピックが変わりました。管理中のデバイス ${devices} 件は再登録が必要です`,
  );
