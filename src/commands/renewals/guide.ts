import { commandName, line } from "../../lib/advice/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { RENEWAL_KINDS, type RenewalItem } from "../../lib/model/renewal.ts";
import { guideOf, type GuideFacts } from "../../lib/renewals/guide/index.ts";
import { wordedOwn } from "../../lib/renewals/guide/own.ts";
import { dayOf } from "../../lib/model/time.ts";
import { escapeForPeople } from "../../lib/terminal/escape.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { isSourceHere } from "../../lib/renewals/sources.ts";
import { text, type Text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import type { Fields, InputOf } from "../field.ts";
import { GUIDE_OPTIONS, misfit, requestedGuide, showSteps, writeGuide, type NumberedStep } from "../guides/write.ts";
import { zoneOf, type ChosenTenant, type Tools } from "../tools.ts";
import { shownDay } from "./items/columns.ts";
import { answeredOf, holdingOf } from "./steps/holding.ts";
import { subjectOf } from "./steps/subject.ts";

const OPTIONS = {
  ...GUIDE_OPTIONS,
  interactive: {
    kind: "boolean",
    about: text(
      "walk through the steps, check each download and record the result",
      "手順を対話で進め、ダウンロードしたファイルを検査し、結果を記録する",
    ),
  },
  downloads: {
    kind: "file",
    value: "FOLDER",
    about: text(
      "with --interactive: the downloads folder (default: yours)",
      "--interactive のとき: ダウンロード先(既定: 標準のフォルダー)",
    ),
  },
  current: {
    kind: "file",
    value: "FILE",
    about: text(
      "with --interactive: the file in use, for comparison (default: the record)",
      "--interactive のとき: 比較に使う現在のファイル(既定: 記録された内容)",
    ),
  },
} as const satisfies Fields;

type GuideInput = InputOf<typeof OPTIONS>;

const WHERE = commandName("renewals guide");

export default defineCommand({
  summary: text("show how to renew an item, step by step, with the pitfalls", "更新の手順と注意点を示す"),
  details: [
    text(
      `ITEM is the name or ID of a recorded item, or a kind: ${Object.keys(RENEWAL_KINDS).join(", ")}. For a recorded item the guide includes its account, topic and phone. What this tenant of clomoctl holds itself (\`ade token set\`, \`push-cert upload\`, \`vpp tokens set\`) has the steps of this tenant, not those of CLOMO PANEL. If the renewed file was downloaded already, the guide begins with its upload.`,
      `ITEM は登録した項目の名前か ID、または種類です: ${Object.keys(RENEWAL_KINDS).join(", ")}。登録があれば、アカウント、トピック、電話の所在も示します。clomoctl のこのテナントが自ら保持しているもの(\`ade token set\`、\`push-cert upload\`、\`vpp tokens set\` で設定したもの)については、CLOMO PANEL ではなくこのテナントでの手順を示します。更新ファイルがダウンロード済みなら、アップロードの手順から始めます。`,
    ),
    text(
      "--interactive needs a terminal. It finds downloads by their names in the manual (the newest, if there are several), rejects a file that would cut devices off, and records nothing until the end, so stopping halfway is safe.",
      "--interactive にはターミナルが必要です。ダウンロードしたファイルをマニュアルどおりの名前で探し(複数あれば最新のもの)、デバイスが応答しなくなるファイルは拒否します。最後まで何も記録しないため、途中でやめても安全です。",
    ),
  ],
  args: {
    item: {
      kind: "string",
      value: "ITEM",
      names: "items",
      required: true,
      about: text("name or ID of an item, or a kind", "項目の名前か ID、または種類"),
    },
  },
  options: OPTIONS,
  examples: [
    { line: "clomoctl renewals guide push-certificate" },
    { line: "clomoctl renewals guide ade-token --format html -o ade-token.html", about: text("to print", "印刷用") },
    { line: "clomoctl renewals guide push-certificate --interactive" },
  ],
  exits: ["usage", "input-rejected", "not-found", "locked", "interrupted"],
  async run(tools, { item: typed, ...options }) {
    const document = requestedGuide(tools, options, WHERE);
    refuseMisfit(tools, options, document !== undefined);
    const tenant = await tools.tenant("renewals", "ade", "push-certificate", "vpp", "answers");
    const subject = await subjectOf(tenant.client, typed, { alone: options.interactive });
    const { kind, item } = subject;
    const expiresAt = item?.expiresAt ?? null;
    const expiresOn = expiresAt === null ? null : dayOf(expiresAt, zoneOf(tools, tenant));
    const holding = await holdingOf(tenant.client, subject);
    if (document === undefined) return showSteps(tools, guideOf(kind, item, expiresOn, holding), WAITS_FOR);
    const known = item === null ? null : await withoutElsewhere(tools, tenant, item);
    const guide = guideOf(kind, known && readable(known.item), item && shownDay(expiresOn, item), {
      ...readableHolding(holding),
      known: holding.own === undefined ? (await answeredOf(tenant.client, subject)).map(escapedFact) : [],
      // a walk compares with the record
      elsewhere: options.interactive ? undefined : known?.elsewhere && escapedText(known.elsewhere),
    });
    if (!options.interactive) return writeGuide(tools, guide, document);
    const { walkItem } = await import("./steps/walk-item.ts");
    return walkItem(tools, tenant, { subject, guide, options });
  },
});

/** @throws Failure `usage` when options conflict, or there is no terminal */
function refuseMisfit(
  tools: Tools,
  { format, output, interactive, downloads, current }: GuideInput,
  isDocument: boolean,
): void {
  if (interactive && (format !== undefined || output !== undefined || !isDocument)) {
    throw misfit(WHERE, "--interactive", "--format, --output, --fields, --query");
  }
  if (!interactive && (downloads !== undefined || current !== undefined)) {
    throw new Failure("usage", {
      what: text(
        "--downloads and --current require --interactive",
        "--downloads と --current には --interactive が必要です",
      ),
      where: WHERE,
    });
  }
  if (interactive && !tools.terminal.interactive) {
    throw new Failure("usage", {
      what: text("--interactive needs a terminal", "--interactive にはターミナルが必要です"),
      where: WHERE,
      hint: text(
        "without a terminal: renewals guide ITEM shows the steps, renewals verify --current OLD --new NEW checks a file, renewals edit ITEM --file NEW records it",
        "ターミナルがない場合: renewals guide ITEM で手順を表示、renewals verify --current 旧 --new 新 で検査、renewals edit ITEM --file 新 で記録",
      ),
    });
  }
}

const escaped = (value: string | null): string | null => (value === null ? null : escapeForPeople(value));

/** The record, escaped for people. */
const readable = (item: RenewalItem): RenewalItem => ({
  ...item,
  name: escapeForPeople(item.name),
  organisation: escaped(item.organisation),
  topic: escaped(item.topic),
  owner: escaped(item.owner),
  account: escaped(item.account),
  phone: escaped(item.phone),
  phoneHolder: escaped(item.phoneHolder),
  downloadedSource: escaped(item.downloadedSource),
});

const escapedFact = ([label, value]: readonly [Text, Text]): readonly [Text, Text] => [label, escapedText(value)];

const escapedText = ({ en, ja }: Text): Text => text(escapeForPeople(en), escapeForPeople(ja));

/** A record whose file is not on this machine has none to compare with: what to do instead is said. */
async function withoutElsewhere(
  { machine }: Tools,
  { context }: ChosenTenant<"renewals">,
  item: RenewalItem,
): Promise<{ readonly item: RenewalItem; readonly elsewhere?: Text | undefined }> {
  const { source, name, kind, topic } = item;
  if (source === null || (context.kind === "embedded" && (await isSourceHere(source)))) return { item };
  const command = line("renewals edit", [name], { file: "NEW" });
  const [en, ja] =
    kind === "push-certificate" && topic !== null
      ? [
          ` Without it, type before the upload: ${command}; it records the new certificate, and refuses one of another topic.`,
          `ファイルがなければ、アップロードの前に実行してください: ${command}(新しい証明書を登録します。トピックの違うものは拒否します)`,
        ]
      : ["", ""];
  const elsewhere = text(
    `The file in use was recorded as ${source}, which is not on this machine (${machine.hostName}): OLD below is that file, copied from where it is.${en}`,
    `使用中のファイルは ${source} として登録されていますが、この PC(${machine.hostName})にはありません。以下の OLD には、元の PC からコピーしたものを指定してください。${ja}`,
  );
  return { item: { ...item, source: null }, elsewhere };
}

const readableHolding = ({ own, first, several }: GuideFacts): GuideFacts => ({
  several: several?.map(escapeForPeople),
  own: own && wordedOwn(own, escapeForPeople),
  first: first && { en: escapeForPeople(first.en), ja: escapeForPeople(first.ja) },
});

/** The file that a step waits for. */
const WAITS_FOR: Column<NumberedStep> = {
  key: "waitsFor",
  header: text("waits for", "待つファイル"),
  value: ({ step }) => step.waitsFor ?? null,
};
