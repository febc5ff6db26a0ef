import { line, step } from "../../../lib/advice/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { readNamedFile } from "../../../lib/files/index.ts";
import { CONSOLE_STEPS } from "../../../lib/model/console-steps.ts";
import { text } from "../../../lib/text/index.ts";
import { typableName } from "../../../lib/text/shell-word.ts";
import { requireApple } from "../../ade/fence.ts";
import { defineCommand } from "../../command.ts";
import { orgNamed } from "../../orgs/named.ts";
import { DRY_RUN } from "../../records/options.ts";
import { BEFORE_WRITING, describeWritten, DRY, WHILE_WRITING } from "../../records/written.ts";
import { requireRight } from "../../rights.ts";
import { NOT_FOR_CLOMO, VPP_COLUMNS } from "./columns.ts";

export default defineCommand({
  summary: text("take over the content token of an organisation", "組織の VPP サービストークンを設定する"),
  details: [
    NOT_FOR_CLOMO,
    text(
      "全社 has a token first; other organisations may have their own. The token is sealed, and replaces the former one of the organisation: an expired or older one is refused, and one of another location unless --other-location says so. The same file again changes nothing. What CLOMO PANEL does by 登録, * and 保存 is one step here.",
      "最初に「全社」に設定します。ほかの組織に別のトークンを設定することもできます。トークンは暗号化して保持し、その組織のそれまでのものを置き換えます。期限切れのものと古いものは受け付けません。別の場所のものは --other-location を付けた場合だけ受け付けます。同じファイルをもう一度指定しても、何も変わりません。CLOMO PANEL の「登録」→「*」→「保存」は、ここでは 1 回の操作です。",
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
      about: text("the token as it was downloaded (.vpptoken)", "ダウンロードしたままのトークン(.vpptoken)"),
    },
  },
  options: {
    org: {
      kind: "string",
      value: "ORG",
      names: "orgs",
      required: true,
      about: text("code or path of the organisation; 全社 for all", "組織(コードかパス。全体は 全社)"),
    },
    otherLocation: {
      kind: "boolean",
      about: text("the token is of another location than the former one", "これまでと別の場所のトークンである"),
    },
    startOver: {
      kind: "boolean",
      about: text(
        "seal by another sealing.key, where that of before is lost",
        "元の sealing.key が失われている場合に、別の鍵で暗号化する",
      ),
    },
    dryRun: DRY_RUN,
  },
  examples: [
    { line: "clomoctl vpp tokens set sToken_for_Tokyo_.vpptoken --org 全社" },
    { line: "clomoctl vpp tokens set sToken_for_Osaka_.vpptoken --org 大阪支社" },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "locked"],
  shows: VPP_COLUMNS,
  async run(tools, { file: typed, org, otherLocation, startOver, dryRun }) {
    tools.describeState(() => BEFORE_WRITING);
    await requireRight(tools, "apple.write");
    await requireApple(tools, CONSOLE_STEPS.vpp);
    const { terminal } = tools;
    const { name, bytes } = await readNamedFile(tools, typed, MAX_BYTES);
    if (bytes.length > MAX_BYTES) throw tooLarge(typed);
    const { id } = await orgNamed(tools, org);
    const { client } = await tools.tenant("vpp");
    tools.describeState(() => WHILE_WRITING);
    const content = Buffer.from(bytes).toString("base64");
    const set = await client.vpp.setToken(id, {
      name,
      content,
      ...(otherLocation && { otherLocation }),
      ...(startOver && { startOver }),
      dryRun,
    });
    describeWritten(tools, dryRun);
    await terminal.show(VPP_COLUMNS, set.after);
    for (const warning of set.warnings) await terminal.warn(warning);
    if (set.unchanged) {
      return terminal.note(
        text("this token is set already: nothing was changed", "このトークンは設定済みです。何も変更していません"),
      );
    }
    if (dryRun) return terminal.note(DRY);
    const command = line("vpp tokens verify", [], { org: typableName(set.after.org, id) });
    await terminal.note(
      step(
        "set, and its date recorded among the renewals; to ask Apple about it",
        "設定し、更新期限にも登録しました。Apple に確認するには",
        command,
      ),
    );
  },
});

/** The API takes no larger file: far larger than any token. */
const MAX_BYTES = 256 * 1024;

const tooLarge = (where: string): Failure =>
  new Failure("input-rejected", {
    what: text("too large for a content token", "サービストークンにしては大きすぎます"),
    where,
  });
