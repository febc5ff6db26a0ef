import { text, type Text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../kit/command.ts";
import { defineOption } from "../../kit/field.ts";
import { FORMER_SECRETS, noteNotRestored } from "../../kit/columns/change-result.ts";
import { readSecretFile } from "../../kit/change/secrets.ts";
import { FACT_COLUMNS, showNextStep } from "../status-columns.ts";

const CLIENT_ID = text("client ID of the API account (BUSINESSAPI…)", "API アカウントのクライアント ID(BUSINESSAPI…)");

const KEY_ID = text("key ID of the API account", "API アカウントのキー ID");

export default defineCommand({
  summary: text("set the key of the Apple Business API", "Apple Business API の鍵を設定する"),
  details: text(
    "In Apple Business, an organisation administrator creates an API account, downloads its private key, and copies the client ID and the key ID. If Apple offers a role that can only view devices, choose that role, because clomoctl only reads data from Apple. The key is stored encrypted, and never in a backup or a bundle. You can set the key in any tenant, also in a mirror of the console.",
    "Apple Business で組織の管理者が API アカウントを作成し、秘密鍵をダウンロードして、クライアント ID とキー ID を控えます。閲覧だけの役割があれば、その役割を選んでください(clomoctl は Apple のデータを読み取るだけです)。鍵は暗号化して保存し、バックアップや引き継ぎデータには含めません。鍵は、管理画面のミラーにも設定できます。",
  ),
  args: { file: { kind: "file", value: "FILE", about: text("private key (.pem)", "秘密鍵(.pem)") } },
  options: {
    clientId: { kind: "string", value: "ID", requires: "file", about: CLIENT_ID },
    keyId: { kind: "string", value: "ID", requires: "file", about: KEY_ID },
    server: defineOption(
      "string",
      "NAME",
      "MDM server that CLOMO uses; required if Apple has several",
      "CLOMO が使う MDM サーバー(複数ある場合は必須)",
    ),
    endpoint: {
      kind: "string",
      value: "URL",
      requires: "file",
      about: text("server with Apple's API (default: Apple's)", "Apple と同じ API を持つサーバー(既定: Apple)"),
    },
  },
  examples: [
    { line: "clomoctl ade business-key set key.pem --client-id BUSINESSAPI.0123abcd --key-id 0123abcd" },
    { line: 'clomoctl ade business-key set --server "CLOMO MDM"' },
  ],
  anyOf: [["file", "server"]],
  exits: ["input-rejected", "not-permitted", "not-found"],
  changes: true,
  shows: FACT_COLUMNS,
  async run(tools, { file, clientId, keyId, server, endpoint }) {
    const { terminal } = tools;
    const ask = (message: Text, flag: string) => terminal.prompts.input({ message, flag });
    const readKey = async (path: string) => ({
      name: path === "-" ? "stdin" : path,
      content: Buffer.from(await readSecretFile(tools, path)).toString("base64"),
      clientId: clientId ?? (await ask(CLIENT_ID, "--client-id")),
      keyId: keyId ?? (await ask(KEY_ID, "--key-id")),
      url: endpoint,
    });
    const key = file === undefined ? undefined : await readKey(file);
    const { client } = await tools.tenant("ade");
    if (key !== undefined) await noteNotRestored(tools, FORMER_SECRETS);
    const ade = await client.ade.setBusinessKey({ key, server });
    await terminal.show(FACT_COLUMNS, ade);
    await showNextStep(tools, ade);
  },
});
