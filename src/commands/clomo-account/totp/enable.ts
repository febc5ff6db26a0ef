import { BACKUP_CODES } from "../../../lib/model/credential.ts";
import type { Column } from "../../../lib/terminal/index.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";

export default defineCommand({
  summary: text("set up an authenticator app for your account", "自分のアカウントに認証アプリを設定する"),
  details: [
    text(
      `Finally, ${BACKUP_CODES} backup codes are written to stdout once. Each can be used once instead of a code of the app. Store them where you can reach them without the phone. Sessions that began without a code end.`,
      `最後に、バックアップコード ${BACKUP_CODES} 個を標準出力に 1 回だけ表示します。アプリのコードの代わりに、それぞれ 1 回使えます。スマートフォンがなくても取り出せる場所に保管してください。コードなしで始めたほかのセッションは終了します。`,
    ),
  ],
  args: {},
  options: {
    code: {
      kind: "string",
      value: "CODE",
      about: text(
        "confirm the key of the previous run with the first code",
        "前回作成したキーを、最初のコードで有効にする",
      ),
    },
  },
  examples: [
    { line: "clomoctl clomo-account totp enable" },
    { line: "clomoctl clomo-account totp enable --code 123456" },
  ],
  exits: ["not-signed-in", "not-permitted", "input-rejected", "throttled"],
  async run(tools, { code: typed }) {
    const { terminal } = tools;
    const { client } = await tools.tenant("totp");
    await terminal.checkOutput(BACKUP_CODE_COLUMNS);
    if (typed === undefined) {
      const { secret, uri } = await client.totp.create();
      await terminal.note(text(`key for the app: ${secret}`, `アプリに入力するキー: ${secret}`));
      await terminal.note(
        text(
          `the same key as an otpauth URI, for a program that makes QR codes: ${uri}`,
          `同じキーの otpauth URI(QR コードを作るプログラム用): ${uri}`,
        ),
      );
    }
    const code = typed ?? (await terminal.prompts.input({ message: CODE_PROMPT, flag: "--code CODE" }));
    const { backupCodes } = await client.totp.confirm({ code });
    await terminal.list(
      BACKUP_CODE_COLUMNS,
      backupCodes.map((backupCode) => ({ backupCode })),
    );
    await terminal.note(
      text(
        "the authenticator app is enabled; store the backup codes now, because they cannot be shown again",
        "認証アプリを有効にしました。バックアップコードは後から表示できません。今すぐ保管してください",
      ),
    );
  },
});

const CODE_PROMPT = text("Code that the app shows:", "アプリに表示されたコード:");

const BACKUP_CODE_COLUMNS: readonly Column<{ readonly backupCode: string }>[] = [
  { key: "backupCode", header: text("backup code", "バックアップコード"), value: ({ backupCode }) => backupCode },
];
