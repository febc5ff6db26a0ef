import { line, step } from "../../lib/advice/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { readNamedFile } from "../../lib/files/index.ts";
import { CONSOLE_STEPS } from "../../lib/model/console-steps.ts";
import { validateRequestField } from "../../lib/model/push-certificate.ts";
import { MAX_RENEWAL_FILE_BYTES } from "../../lib/model/renewal.ts";
import { formatCount, text } from "../../lib/text/index.ts";
import { requireAppleAccess } from "../ade/fence.ts";
import { defineCommand } from "../command.ts";
import { DRY_RUN_OPTION } from "../records/options.ts";
import { STATE_UNCHANGED, describeResultState, DRY_RUN_NOTE, STATE_MAYBE_CHANGED } from "../records/change-result.ts";
import { requireRight } from "../rights.ts";
import type { Tools } from "../tools.ts";
import { APPLE_ACCOUNT_OPTION, PUSH_CERTIFICATE_PURPOSE, PUSH_COLUMNS } from "./columns.ts";

export default defineCommand({
  summary: text("register the certificate that Apple issued", "Apple が発行した証明書を登録する"),
  details: [
    PUSH_CERTIFICATE_PURPOSE,
    text(
      "The certificate must belong to the pending signing request, be newer than the one in use, and have the same topic. If the topic changes, every enrolled device (管理中: iOS, macOS, and devices without a platform) stops responding until it is enrolled again. To continue anyway, pass the number of these devices (even 0) to --accept-losing-devices. Uploading the same file again changes nothing.",
      "作成済みの CSR から作られ、使用中のものより新しく、トピックが同じ証明書だけを受け付けます。トピックが変わると、管理中の全デバイス(iOS、macOS、プラットフォームが空のもの)が再登録するまで応答しなくなります。承知のうえで続けるには、その台数(0 でも)を --accept-losing-devices で指定します。同じファイルをもう一度指定しても、何も変わりません。",
    ),
    text(
      "The expiry date is also recorded as a renewal item, so `renewals check` and reminders include it.",
      "有効期限は年次更新・期限の項目としても登録され、`renewals check` と通知の対象になります。",
    ),
  ],
  args: {
    file: {
      kind: "file",
      value: "FILE",
      required: true,
      about: text("the certificate file downloaded from Apple (.pem)", "ダウンロードした証明書(.pem)"),
    },
  },
  options: {
    appleAccount: APPLE_ACCOUNT_OPTION,
    acceptLosingDevices: {
      kind: "number",
      value: "N",
      about: text(
        "continue although the topic changes: number of enrolled devices that must be enrolled again",
        "トピックが変わっても登録する: 再登録が必要になる管理中のデバイスの台数",
      ),
    },
    dryRun: DRY_RUN_OPTION,
  },
  examples: [
    { line: "clomoctl push-cert upload MDM_Certificate.pem --apple-account mdm@example.co.jp" },
    { line: "clomoctl push-cert upload MDM_Certificate.pem --apple-account mdm@example.co.jp --dry-run" },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "locked"],
  shows: PUSH_COLUMNS,
  async run(tools, { file: typed, appleAccount, acceptLosingDevices, dryRun }) {
    tools.describeState(() => STATE_UNCHANGED);
    await requireRight(tools, "apple.write");
    await requireAppleAccess(tools, CONSOLE_STEPS.push);
    const { terminal } = tools;
    const { name, bytes } = await readNamedFile(tools, typed, MAX_RENEWAL_FILE_BYTES);
    if (bytes.length > MAX_UPLOAD_BYTES) throw createTooLargeFailure(typed);
    const { client } = await tools.tenant("push-certificate");
    const account =
      appleAccount ?? (await askAppleAccount(tools, (await client["push-certificate"].show()).appleAccount));
    tools.describeState(() => STATE_MAYBE_CHANGED);
    const uploaded = await client["push-certificate"].upload({
      name,
      content: Buffer.from(bytes).toString("base64"),
      appleAccount: account,
      acceptLosingDevices,
      dryRun,
    });
    describeResultState(tools, dryRun);
    await terminal.show(PUSH_COLUMNS, uploaded.after);
    for (const warning of uploaded.warnings) await terminal.warn(warning);
    if (uploaded.unchanged) {
      return terminal.note(
        text(
          "this certificate is already in use, so nothing was changed",
          "この証明書は登録済みです。何も変更していません",
        ),
      );
    }
    if (uploaded.losing !== null) await terminal.warn(describeLostDevices(uploaded.losing));
    if (dryRun) return terminal.note(DRY_RUN_NOTE);
    await terminal.note(
      step(
        "the expiry date is now also recorded as a renewal item; to list the renewal items",
        "年次更新・期限にも登録しました。一覧を見るには",
        line("renewals list", []),
      ),
    );
  },
});

/** Maximum size of a file that the API accepts, which is enough for about a hundred certificates. */
const MAX_UPLOAD_BYTES = 256 * 1024;

const createTooLargeFailure = (where: string): Failure =>
  new Failure("input-rejected", {
    what: text("the file is too large for a push certificate", "プッシュ通知証明書のファイルとしては大きすぎます"),
    where,
  });

const askAppleAccount = ({ terminal }: Tools, recorded: string | null): Promise<string> => {
  const [en, ja] = recorded === null ? ["", ""] : [` (recorded: ${recorded})`, `(記録: ${recorded})`];
  return terminal.prompts.input({
    message: text(
      `Apple Account that you used to sign in to Apple's portal${en}:`,
      `Apple のポータルにサインインした Apple Account${ja}:`,
    ),
    flag: "--apple-account MAIL",
    check: (value) => validateRequestField("email", value),
  });
};

const describeLostDevices = (devices: number) =>
  text(
    `the topic has changed: ${formatCount(devices, "device")} ${devices === 1 ? "has" : "have"} to be enrolled again`,
    `トピックが変わりました。管理中のデバイス ${devices} 台は再登録が必要です`,
  );
