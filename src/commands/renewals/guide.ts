import { commandName } from "../../lib/advice/index.ts";
import { RENEWAL_KINDS } from "../../lib/model/renewal.ts";
import { buildRenewalGuide } from "../../lib/renewals/guide/index.ts";
import { dayOf } from "../../lib/model/time.ts";
import { isSourceReadable } from "../../lib/renewals/sources.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { GUIDE_OPTIONS, resolveRequestedGuide, showSteps, writeGuide } from "../guides/write.ts";
import { resolveTimezone } from "../tools.ts";
import { formatExpiryDay } from "./items/columns.ts";
import { listRecordedAnswers, buildGuideFacts } from "./steps/holding.ts";
import { resolveSubject } from "./steps/subject.ts";

const GUIDE_COMMAND = commandName("renewals guide");

export default defineCommand({
  summary: text("show step by step how to renew an item, with the pitfalls", "更新の手順と注意点を示す"),
  details: [
    text(
      `ITEM is the name or ID of a recorded item, or a kind: ${Object.keys(RENEWAL_KINDS).join(", ")}. For a recorded item, the guide includes its account, topic and phone. If this clomoctl tenant itself holds the token (\`ade token set\`), the guide shows the steps for this tenant instead of the steps in CLOMO PANEL. If the renewed file is already downloaded, the guide begins with the upload.`,
      `ITEM は登録した項目の名前か ID、または種類です: ${Object.keys(RENEWAL_KINDS).join(", ")}。登録があれば、アカウント、トピック、電話の所在も示します。clomoctl のこのテナントが自ら保持しているトークン(\`ade token set\` で設定したもの)については、CLOMO PANEL ではなくこのテナントでの手順を示します。更新ファイルがダウンロード済みなら、アップロードの手順から始めます。`,
    ),
  ],
  args: {
    item: {
      kind: "string",
      value: "ITEM",
      required: true,
      about: text("name or ID of an item, or a kind", "項目の名前か ID、または種類"),
    },
  },
  options: GUIDE_OPTIONS,
  examples: [
    { line: "clomoctl renewals guide push-certificate" },
    { line: "clomoctl renewals guide ade-token --format markdown -o ade-token.md" },
  ],
  exits: ["usage", "not-found", "locked"],
  async run(tools, { item: typed, ...options }) {
    const document = resolveRequestedGuide(tools, options, GUIDE_COMMAND);
    const tenant = await tools.tenant("renewals", "ade", "answers");
    const subject = await resolveSubject(tenant.client, typed);
    const { kind, item } = subject;
    const expiresAt = item?.expiresAt ?? null;
    const expiresOn = expiresAt === null ? null : dayOf(expiresAt, resolveTimezone(tools, tenant));
    const holding = await buildGuideFacts(tenant.client, subject);
    if (document === undefined) return showSteps(tools, buildRenewalGuide(kind, item, expiresOn, holding));
    // a file that is not on this computer cannot be compared
    const isHere = tenant.context.kind === "embedded" && (await isSourceReadable(item?.source ?? ""));
    const known = item === null || isHere ? item : { ...item, source: null };
    const guide = buildRenewalGuide(kind, known, item && formatExpiryDay(expiresOn, item), {
      ...holding,
      known: holding.own === undefined ? await listRecordedAnswers(tenant.client, subject) : [],
    });
    return writeGuide(tools, guide, document);
  },
});
