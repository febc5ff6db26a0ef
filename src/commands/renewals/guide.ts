import { commandName, line } from "../../lib/advice/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { RENEWAL_KINDS, type RenewalItem } from "../../lib/model/renewal.ts";
import { buildRenewalGuide } from "../../lib/renewals/guide/index.ts";
import { dayOf } from "../../lib/model/time.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { isSourceReadable } from "../../lib/renewals/sources.ts";
import { text, type Text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import type { Fields, InputOf } from "../field.ts";
import {
  GUIDE_OPTIONS,
  createOptionConflictFailure,
  resolveRequestedGuide,
  showSteps,
  writeGuide,
  type NumberedStep,
} from "../guides/write.ts";
import { resolveTimezone, type ChosenTenant, type Tools } from "../tools.ts";
import { formatExpiryDay } from "./items/columns.ts";
import { listRecordedAnswers, buildGuideFacts } from "./steps/holding.ts";
import { resolveSubject } from "./steps/subject.ts";

const RENEWAL_GUIDE_OPTIONS = {
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
      "with --interactive: folder to search for downloads (default: your downloads folder)",
      "--interactive のとき: ダウンロード先(既定: 標準のフォルダー)",
    ),
  },
  current: {
    kind: "file",
    value: "FILE",
    about: text(
      "with --interactive: file in use to compare with (default: the recorded values)",
      "--interactive のとき: 比較に使う現在のファイル(既定: 記録された内容)",
    ),
  },
} as const satisfies Fields;

type GuideInput = InputOf<typeof RENEWAL_GUIDE_OPTIONS>;

const GUIDE_COMMAND = commandName("renewals guide");

export default defineCommand({
  summary: text("show step by step how to renew an item, with the pitfalls", "更新の手順と注意点を示す"),
  details: [
    text(
      `ITEM is the name or ID of a recorded item, or a kind: ${Object.keys(RENEWAL_KINDS).join(", ")}. For a recorded item, the guide includes its account, topic and phone. If this clomoctl tenant itself holds the token or certificate (\`ade token set\`, \`push-cert upload\`, \`vpp tokens set\`), the guide shows the steps for this tenant instead of the steps in CLOMO PANEL. If the renewed file is already downloaded, the guide begins with the upload.`,
      `ITEM は登録した項目の名前か ID、または種類です: ${Object.keys(RENEWAL_KINDS).join(", ")}。登録があれば、アカウント、トピック、電話の所在も示します。clomoctl のこのテナントが自ら保持しているもの(\`ade token set\`、\`push-cert upload\`、\`vpp tokens set\` で設定したもの)については、CLOMO PANEL ではなくこのテナントでの手順を示します。更新ファイルがダウンロード済みなら、アップロードの手順から始めます。`,
    ),
    text(
      "--interactive needs a terminal. It finds downloads by the file names in the manual (the newest, if there are several), rejects a file that would cut devices off, and records nothing until the end, so you can safely stop halfway.",
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
  options: RENEWAL_GUIDE_OPTIONS,
  examples: [
    { line: "clomoctl renewals guide push-certificate" },
    {
      line: "clomoctl renewals guide ade-token --format html -o ade-token.html",
      about: text("a page to print", "印刷用"),
    },
    { line: "clomoctl renewals guide push-certificate --interactive" },
  ],
  exits: ["usage", "input-rejected", "not-found", "locked", "interrupted"],
  async run(tools, { item: typed, ...options }) {
    const document = resolveRequestedGuide(tools, options, GUIDE_COMMAND);
    refuseConflictingOptions(tools, options, document !== undefined);
    const tenant = await tools.tenant("renewals", "ade", "push-certificate", "vpp", "answers");
    const subject = await resolveSubject(tenant.client, typed, { alone: options.interactive });
    const { kind, item } = subject;
    const expiresAt = item?.expiresAt ?? null;
    const expiresOn = expiresAt === null ? null : dayOf(expiresAt, resolveTimezone(tools, tenant));
    const holding = await buildGuideFacts(tenant.client, subject);
    if (document === undefined)
      return showSteps(tools, buildRenewalGuide(kind, item, expiresOn, holding), EXPECTED_FILE_COLUMN);
    const known = item === null ? null : await removeRemoteSource(tools, tenant, item);
    const guide = buildRenewalGuide(kind, known && known.item, item && formatExpiryDay(expiresOn, item), {
      ...holding,
      known: holding.own === undefined ? await listRecordedAnswers(tenant.client, subject) : [],
      // an interactive guide compares new files with the record
      elsewhere: options.interactive ? undefined : known?.elsewhere,
    });
    if (!options.interactive) return writeGuide(tools, guide, document);
    const { runInteractiveGuide } = await import("./steps/walk-item.ts");
    return runInteractiveGuide(tools, tenant, { subject, guide, options });
  },
});

/** Refuses options that do not work together. @throws Failure `usage` if options conflict or there is no terminal */
function refuseConflictingOptions(
  tools: Tools,
  { format, output, interactive, downloads, current }: GuideInput,
  isDocument: boolean,
): void {
  if (interactive && (format !== undefined || output !== undefined || !isDocument)) {
    throw createOptionConflictFailure(GUIDE_COMMAND, "--interactive", "--format, --output, --fields, --query");
  }
  if (!interactive && (downloads !== undefined || current !== undefined)) {
    throw new Failure("usage", {
      what: text(
        "--downloads and --current require --interactive",
        "--downloads と --current には --interactive が必要です",
      ),
      where: GUIDE_COMMAND,
    });
  }
  if (interactive && !tools.terminal.interactive) {
    throw new Failure("usage", {
      what: text("--interactive needs a terminal", "--interactive にはターミナルが必要です"),
      where: GUIDE_COMMAND,
      hint: text(
        "without a terminal, use these commands: renewals guide ITEM (shows the steps), renewals verify --current OLD --new NEW (checks a file), renewals edit ITEM --file NEW (records it)",
        "ターミナルがない場合: renewals guide ITEM で手順を表示、renewals verify --current 旧 --new 新 で検査、renewals edit ITEM --file 新 で記録",
      ),
    });
  }
}

/**
 * Removes the source file of an item if the file is not on this computer, so that it is not compared, and explains what
 * to do.
 */
async function removeRemoteSource(
  { machine }: Tools,
  { context }: ChosenTenant<"renewals">,
  item: RenewalItem,
): Promise<{ readonly item: RenewalItem; readonly elsewhere?: Text | undefined }> {
  const { source, name, kind, topic } = item;
  if (source === null || (context.kind === "embedded" && (await isSourceReadable(source)))) return { item };
  const command = line("renewals edit", [name], { file: "NEW" });
  const [en, ja] =
    kind === "push-certificate" && topic !== null
      ? [
          ` If you do not have that file, run before the upload: ${command} (records the new certificate, and rejects a certificate with another topic).`,
          `ファイルがなければ、アップロードの前に実行してください: ${command}(新しい証明書を登録します。トピックの異なる証明書は拒否します)`,
        ]
      : ["", ""];
  const elsewhere = text(
    `The file in use was recorded as ${source}, which is not on this computer (${machine.hostName}). For OLD below, use a copy of that file.${en}`,
    `使用中のファイルは ${source} として登録されていますが、このコンピューター(${machine.hostName})にはありません。以下の OLD には、元のコンピューターからコピーしたものを指定してください。${ja}`,
  );
  return { item: { ...item, source: null }, elsewhere };
}

/** The column that shows which file a step waits for. */
const EXPECTED_FILE_COLUMN: Column<NumberedStep> = {
  key: "waitsFor",
  header: text("expected file", "ダウンロードするファイル"),
  value: ({ step }) => step.waitsFor ?? null,
};
