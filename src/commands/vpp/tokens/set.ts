import { line, step } from "../../../lib/advice/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { readNamedFile } from "../../../lib/files/index.ts";
import { CONSOLE_STEPS } from "../../../lib/model/console-steps.ts";
import { text } from "../../../lib/text/index.ts";
import { toTypableName } from "../../../lib/text/shell-word.ts";
import { requireAppleAccess } from "../../ade/fence.ts";
import { defineCommand } from "../../command.ts";
import { findOrg } from "../../orgs/find-org.ts";
import { DRY_RUN_OPTION } from "../../records/options.ts";
import {
  STATE_UNCHANGED,
  describeResultState,
  DRY_RUN_NOTE,
  STATE_MAYBE_CHANGED,
} from "../../records/change-result.ts";
import { requireRight } from "../../rights.ts";
import { VPP_TOKEN_PURPOSE, VPP_COLUMNS } from "./columns.ts";

export default defineCommand({
  summary: text("set the content token of an organisation", "組織の VPP サービストークンを設定する"),
  details: [
    VPP_TOKEN_PURPOSE,
    text(
      "Set the token of 全社 first; other organisations can then have their own. The token is stored encrypted and replaces the organisation's previous token. Expired and older tokens are rejected; a token of another location requires --other-location. Setting the same file again changes nothing. In CLOMO PANEL, this corresponds to 登録, * and 保存.",
      "最初に「全社」に設定します。ほかの組織に別のトークンを設定することもできます。トークンは暗号化して保持し、その組織のそれまでのものを置き換えます。期限切れのものと古いものは受け付けません。別の場所のものは --other-location を付けた場合だけ受け付けます。同じファイルをもう一度指定しても、何も変わりません。CLOMO PANEL の「登録」→「*」→「保存」にあたる操作です。",
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
      about: text(
        "the token file downloaded from Apple (.vpptoken)",
        "Apple からダウンロードしたままのトークンのファイル(.vpptoken)",
      ),
    },
  },
  options: {
    org: {
      kind: "string",
      value: "ORG",
      required: true,
      about: text("code or path of the organisation (全社 for the whole tenant)", "組織(コードかパス。全体は 全社)"),
    },
    otherLocation: {
      kind: "boolean",
      about: text(
        "accept a token of a different location than the previous token",
        "これまでと別の場所のトークンでも受け付ける",
      ),
    },
    startOver: {
      kind: "boolean",
      about: text(
        "encrypt with a new sealing.key if the original one is lost",
        "元の sealing.key が失われている場合に、別の鍵で暗号化する",
      ),
    },
    dryRun: DRY_RUN_OPTION,
  },
  examples: [
    { line: "clomoctl vpp tokens set sToken_for_Tokyo_.vpptoken --org 全社" },
    { line: "clomoctl vpp tokens set sToken_for_Osaka_.vpptoken --org 大阪支社" },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "locked"],
  shows: VPP_COLUMNS,
  async run(tools, { file: typed, org, otherLocation, startOver, dryRun }) {
    tools.describeState(() => STATE_UNCHANGED);
    await requireRight(tools, "apple.write");
    await requireAppleAccess(tools, CONSOLE_STEPS.vpp);
    const { terminal } = tools;
    const { name, bytes } = await readNamedFile(tools, typed, MAX_TOKEN_BYTES);
    if (bytes.length > MAX_TOKEN_BYTES) throw createTooLargeFailure(typed);
    const { id } = await findOrg(tools, org);
    const { client } = await tools.tenant("vpp");
    tools.describeState(() => STATE_MAYBE_CHANGED);
    const content = Buffer.from(bytes).toString("base64");
    const set = await client.vpp.setToken(id, {
      name,
      content,
      ...(otherLocation && { otherLocation }),
      ...(startOver && { startOver }),
      dryRun,
    });
    describeResultState(tools, dryRun);
    await terminal.show(VPP_COLUMNS, set.after);
    for (const warning of set.warnings) await terminal.warn(warning);
    if (set.unchanged) {
      return terminal.note(
        text("this token is already set, so nothing was changed", "このトークンは設定済みです。何も変更していません"),
      );
    }
    if (dryRun) return terminal.note(DRY_RUN_NOTE);
    const command = line("vpp tokens verify", [], { org: toTypableName(set.after.org, id) });
    await terminal.note(
      step(
        "the token is set, and its expiry date is recorded as a renewal item; to check the token with Apple",
        "トークンを設定し、年次更新・期限にも登録しました。Apple に確認するには",
        command,
      ),
    );
  },
});

/** Maximum size of a file that the API accepts, which is far larger than any token. */
const MAX_TOKEN_BYTES = 256 * 1024;

const createTooLargeFailure = (where: string): Failure =>
  new Failure("input-rejected", {
    what: text("the file is too large for a content token", "サービストークンにしては大きすぎます"),
    where,
  });
