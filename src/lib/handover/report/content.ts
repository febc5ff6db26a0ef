import { commandName, line } from "../../advice/index.ts";
import { phoneWords, RENEWAL_KINDS } from "../../model/renewal.ts";
import { endingContracts, isContract, profileRows, usesTable } from "./profile.ts";
import { NOT_TAKEN, UNASKED } from "../../model/mirror.ts";
import { dayOf, minuteIn } from "../../model/time.ts";
import { LEVEL_NAMES } from "../../document/level.ts";
import { byExpiry, judge, markOf, onDay, USUAL_THRESHOLDS, type JudgedItem } from "../../renewals/judge.ts";
import { Timeline } from "../../document/timeline.ts";
import { counted, joined, same, shortened, text, type Text } from "../../text/index.ts";
import type { ManifestResource } from "../bundle/manifest.ts";
import { absentAmong, missingFrom, whyAbsent } from "../bundle/presence.ts";
import { evaluate } from "../checklist/index.ts";
import { signInOf } from "../checklist/account.ts";
import { lastLoginOf, type Renewal } from "../checklist/facts.ts";
import type { Item } from "../checklist/item.ts";
import { withheldNotices } from "../checklist/items/clomoctl.ts";
import { completePhone } from "../checklist/phone.ts";
import { identityOf, isOneOfSeveral } from "../checklist/which.ts";
import {
  withBehind,
  type Bar,
  type Block,
  type Document,
  type Fact,
  type Section,
  type TreeNode,
  type Words,
} from "../../document/blocks.ts";
import { differingAnswer, knownWords, valueOf, type Question } from "../checklist/question.ts";
import { consoleKnowledge } from "../not-known.ts";
import { resourceOf, STAYS, type ResourceName } from "../resources.ts";
import { administratorsSection } from "./administrators.ts";
import { consoleWorkRows, consoleWorkSection } from "./console-work.ts";
import { factsOf, missingForChecklist, zoneOfReport, type ReportData } from "./data.ts";
import { leaverOf, leaverRows, leaverSection } from "./leaver.ts";
import { nextSteps } from "./next-steps.ts";
import { absenceOf, isNotTaken, missingWords, noneOf, UNKNOWN, unknownValue } from "./not-taken.ts";
import { orgTree, pathOf, toldCounts, type OrgNode, type Orgs } from "./org-tree.ts";

const NONE = text("none", "なし");

/** What a bundle says of a resource: that it is there, or why it is missing. */
const stateOf = (data: ReportData, { name, state }: ManifestResource): Text =>
  missingWords(data, name) ?? (state === "empty" ? noneOf(data) : text("in the bundle", "あり"));

/** Bars of organisations, apart from those that are counted together. */
const MAX_BARS = 20;

/** A report's content. It follows from the bundle alone. */
export function contentOf(data: ReportData): Document {
  const { manifest } = data;
  const items = checklistOf(data);
  return {
    title: text("Handover of a CLOMO tenant", "CLOMO テナント引き継ぎレポート"),
    subject: manifest.tenant.name,
    asOf: manifest.asOf,
    hasContents: true,
    intro: [],
    sections: [
      summarySection(data, items),
      nextSteps(factsOf(data), manifest.leaver),
      ...leaverSection(data),
      ...consoleWorkSection(data),
      contentsSection(data),
      checklistSection(data, items),
      orgsSection(data),
      administratorsSection(data),
      renewalsSection(data, items),
      devicesSection(data),
      helpSection(),
      signSection(leaverOf(data)?.leaver.called),
    ],
  };
}

/** The checklist by a bundle; no items where it lacks what they are judged by. */
export const checklistOf = (data: ReportData): readonly Item[] =>
  missingForChecklist(data).length > 0
    ? []
    : evaluate(factsOf(data), { asOf: data.manifest.asOf, timezone: zoneOfReport(data), ...leaverOf(data) });

const countOf = ({ manifest }: ReportData, name: string): number =>
  manifest.resources.find((one) => one.name === name)?.records ?? 0;

/** How many there are, or why that is not known; of administrators whether that is all. */
const countIn = (data: ReportData, name: ResourceName): Words => {
  const absence = missingWords(data, name) ?? absenceOf(data, name);
  if (absence !== undefined) return absence;
  const count = String(countOf(data, name));
  return name === "administrators" && data.manifest.administratorsUnasked === true
    ? text(`${count} (${UNASKED.en})`, `${count}(${UNASKED.ja})`)
    : same(count);
};

const number = (count: number): Text => same(String(count));

function summarySection(data: ReportData, items: readonly Item[]): Section {
  const { manifest } = data;
  const zone = zoneOfReport(data);
  const gaps = items.flatMap((item) => item.gaps);
  return {
    id: "summary",
    title: text("Summary", "概要"),
    blocks: [
      {
        kind: "paragraph",
        words: text(
          "For who takes over: read what is missing first, then the checklist from top to bottom with who leaves, and sign at the end.",
          "後任の方へ: まず不足しているものを確認し、前任の方と一緒に確認リストを上から順に確認して、最後に署名してください。",
        ),
      },
      {
        kind: "facts",
        rows: [
          [text("tenant", "テナント"), manifest.tenant.name],
          ...(manifest.tenant.mirroredAt === null
            ? []
            : [
                [
                  text("a mirror of the console, as of", "管理画面のミラー(最終取り込み)"),
                  minuteIn(manifest.tenant.mirroredAt, zone),
                ] as const,
              ]),
          [text("as of", "基準日"), manifest.asOf],
          ...leaverRows(data),
          [
            text("last change", "最終更新"),
            manifest.lastUpdatedAt === null ? NONE : minuteIn(manifest.lastUpdatedAt, zone),
          ],
          [text("written by", "作成プログラム"), manifest.program],
          ...(manifest.scope === null ? [] : [[text("limited to", "対象の組織"), manifest.scope.path] as const]),
          ...(manifest.partial === true
            ? [[text("limited to", "対象"), text("what its author may see", "書き出した人に見える範囲")] as const]
            : []),
          [
            text("gaps of the checklist", "確認リストの不足"),
            missingForChecklist(data).length > 0 ? text("not judged", "判定していません") : number(gaps.length),
          ],
          ...urgentRows(data),
          ...consoleWorkRows(data),
          [text("times", "日時"), text(`times are those of ${zone}`, `${zone} の時刻`)],
          ...profileRows(data),
        ],
      },
      notKnownTable(data),
      countsTable(data),
      ...usesTable(data),
    ],
  };
}

const countsTable = (data: ReportData): Block => ({
  kind: "table",
  caption: text("What there is", "件数"),
  head: [text("what", "項目"), text("records", "件数")],
  rows: (["orgs", "users", "accounts", "administrators", "devices", "secured-users", "renewals"] as const).map(
    (name) => [resourceOf(name).title, countIn(data, name)],
  ),
});

function contentsSection(data: ReportData): Section {
  const { manifest } = data;
  const missing = missingFrom(manifest);
  return {
    id: "contents",
    title: text("What is in the bundle, and what is not", "含まれるものと含まれないもの"),
    blocks: [
      {
        kind: "paragraph",
        words:
          missing ??
          text(
            "Everything that clomoctl knows of the tenant is in it, without any secret.",
            "clomoctl が把握している内容はすべて含まれています(パスワード・鍵・トークンを除く)。",
          ),
      },
      ...encodingNotes(manifest),
      ...noticeNotes(data),
      {
        kind: "table",
        caption: text("Resources", "情報の種類"),
        head: [
          text("what", "項目"),
          text("state", "状態"),
          text("records", "件数"),
          text("not applied to another tenant, as", "別のテナントへ適用されない理由"),
        ],
        rows: manifest.resources.map((entry) => [
          resourceOf(entry.name).title,
          absenceOf(data, entry.name) ?? stateOf(data, entry),
          absenceOf(data, entry.name) === undefined ? number(entry.records) : "",
          entry.stays === null ? "" : STAYS[entry.stays],
        ]),
      },
      {
        kind: "paragraph",
        words: text(
          "Passwords, private keys, tokens and other secrets are in no bundle: they are set anew, or handed over otherwise.",
          "パスワード、秘密鍵、トークンなどの機密情報は含まれません。再設定するか、別の方法で引き継いでください。",
        ),
      },
    ],
  };
}

/** Says why nobody is named who is notified. */
const noticeNotes = ({ clomoctl }: ReportData): readonly Block[] =>
  clomoctl?.withheld === undefined ? [] : [{ kind: "paragraph", words: withheldNotices(clomoctl.withheld) }];

/** Says which CSV files are in another encoding than the others. */
const encodingNotes = ({ files, encoding }: ReportData["manifest"]): readonly Block[] => {
  const others = files.filter((file) => file.encoding !== undefined).map(({ path }) => path);
  if (others.length === 0) return [];
  const words = text(
    `In UTF-8, as ${encoding} lacks characters of it: ${others.join(", ")}`,
    `${encoding} で表せない文字があるため UTF-8 で書き出したファイル: ${others.join("、")}`,
  );
  return [{ kind: "paragraph", words }];
};

const ONLY_CONSOLE = text("Only the console knows", "管理画面だけにある情報");

/** What is recorded of what only the console knows, or why the bundle does not have that; what is not recorded is to be filled in by hand. */
function notKnownTable(data: ReportData): Block {
  const why = whyAbsent(data.manifest, "answers");
  return {
    kind: "table",
    caption:
      why === undefined
        ? text(
            `${ONLY_CONSOLE.en}: what is blank is not recorded. Fill it in by hand, with author and date, or in the tenant: ${line("handover answer", ["console"])}`,
            `${ONLY_CONSOLE.ja}。空欄は未登録です。記入者・日付とともに手書きするか、テナントで入力してください: ${line("handover answer", ["console"])}`,
          )
        : text(
            `${ONLY_CONSOLE.en}: what is recorded is not in this bundle (${why.en})`,
            `${ONLY_CONSOLE.ja}。登録された内容は含まれていません(${why.ja})`,
          ),
    head: [
      text("what", "項目"),
      text("where in the console", "管理画面の場所"),
      text("content, and files attached", "内容・添付ファイル"),
      text("by", "記入者"),
      text("date", "日付"),
    ],
    rows: consoleKnowledge(data.manifest, data.records.tenant[0]).map(({ title, where, state, filled, files }) => {
      const content = [...(filled === null ? [] : [filled.what]), ...files.map(({ path }) => path)];
      return [
        title,
        where,
        state === "recorded" ? content.join("; ") : (missingWords(data, "answers") ?? ""),
        filled?.by ?? "",
        filled === null ? "" : dayOf(filled.at, zoneOfReport(data)),
      ];
    }),
    ...(why === undefined && ({ blank: true } as const)),
  };
}

const answerOf = (question: Question): Words => {
  const known = knownWords(question);
  // a value of the bundle is kept apart from the direction of what is around it
  if (known !== null) return known.en === known.ja ? known.en : known;
  const command = line("handover answer", [question.id]);
  return text(`NOT ANSWERED (${command})`, `未回答(${command})`);
};

const answeredBy = ({ answer }: Question, zone: string): string =>
  answer === null ? "" : ` (${answer.by}, ${dayOf(answer.at, zone)})`;

/** What an answer is called; an open question as it is asked. */
const calledOf = (question: Question): Text => {
  const { about, label, wording } = question;
  const words = valueOf(question) === null ? wording : label;
  return about === undefined ? words : text(`${about}: ${words.en}`, `${about}: ${words.ja}`);
};

function checklistSection(data: ReportData, items: readonly Item[]): Section {
  const missing = absentAmong(data.manifest, missingForChecklist(data));
  return {
    id: "checklist",
    onPaper: "new-sheet",
    title: text("Checklist", "引き継ぎ確認リスト"),
    blocks:
      missing !== undefined
        ? [
            {
              kind: "paragraph",
              words: text(
                `Nothing was judged, as the bundle lacks: ${missing.en}. In the tenant: ${line("handover checklist", [])}`,
                `次の情報が含まれていないため、判定していません: ${missing.ja}。テナントでの確認: ${line("handover checklist", [])}`,
              ),
            },
          ]
        : items.map((item) => itemBlock(item, data)),
  };
}

/** Where a lost device, its owner and who keeps the rules are looked up. */
const LOOKED_UP: readonly string[] = ["csv/devices.csv", "csv/users.csv"];

const lookUpLines = (item: Item, { manifest }: ReportData): readonly (readonly [Words, Words])[] => {
  const files = LOOKED_UP.filter((path) => item.id === "rules" && manifest.files.some((file) => file.path === path));
  const label = text(
    "files of the bundle to look up a device, its owner, and how people are reached",
    "デバイスと所有者、関係者の連絡先を調べる同梱ファイル",
  );
  return files.length === 0 ? [] : [[label, files.join(", ")]];
};

/** Whether a record stands among what is known of an item already. */
const isTold = ({ known }: Item, recorded: string | null): boolean =>
  recorded !== null && known.some(({ value }) => value === recorded);

const itemBlock = (item: Item, data: ReportData): Block => {
  const { id, title, gaps, notes, applies } = item;
  const lines = itemLines(item, data);
  const details: readonly Block[] = [
    ...(lines.length === 0 ? [] : [{ kind: "facts", rows: lines } as const]),
    ...(notes.length === 0 ? [] : [{ kind: "list", items: notes.map((words) => ({ words })) } as const]),
  ];
  return {
    kind: "part",
    id: `item-${id}`,
    title,
    about: standingOf(item),
    level: gaps.length > 0 ? "expired" : undefined,
    isFaint: applies === false,
    blocks: [
      ...(gaps.length === 0 ? [] : [gapList(gaps)]),
      // what does not apply needs no details
      ...(applies === false ? [] : details),
    ],
  };
};

const gapList = (gaps: Item["gaps"]): Block => ({
  kind: "list",
  items: gaps.map(({ code, what, mend }) => ({ id: code, alarm: text("MISSING", "不足"), words: what, about: mend })),
});

const itemLines = (item: Item, data: ReportData): readonly Fact[] => [
  ...item.known.map(({ label, value, short }): Fact => [label, short ?? value]),
  ...lookUpLines(item, data),
  // what is missing stands among the gaps
  ...item.questions
    .filter(({ due, answer, recorded }) => due !== "missing" && !(answer === null && isTold(item, recorded)))
    .map((question): Fact => [
      calledOf(question),
      withBehind(answerOf(question), same(answeredBy(question, zoneOfReport(data)))),
    ]),
];

function orgsSection(data: ReportData): Section {
  const { records, summary } = data;
  const countsOf = (name: "users" | "devices"): ReadonlyMap<string, number> | null =>
    isNotTaken(data, name)
      ? null
      : new Map(
          (summary[name]?.byOrg ?? []).flatMap(({ orgId, records: count }) =>
            orgId === null ? [] : [[orgId, count] as const],
          ),
        );
  const nodes = orgTree(records.orgs, countsOf("users"), countsOf("devices"));
  const notTaken = (["users", "devices"] as const).filter((name) => isNotTaken(data, name));
  return {
    id: "orgs",
    title: text("Organisations", "組織"),
    blocks:
      records.orgs.length === 0
        ? [
            {
              kind: "paragraph",
              words:
                missingWords(data, "orgs") ?? text("No organisations are in the bundle.", "組織は含まれていません。"),
            },
          ]
        : [
            ...notTaken.map((name): Block => {
              const { en, ja } = resourceOf(name).title;
              return { kind: "paragraph", words: text(`${en}: ${NOT_TAKEN.en}`, `${ja}: ${NOT_TAKEN.ja}`) };
            }),
            { kind: "tree", nodes: nodes.map(treeNode) },
          ],
  };
}

const treeNode = ({ name, children, hidden, ...node }: OrgNode): TreeNode => ({
  name,
  about: toldCounts(node),
  hidden: hidden === null ? undefined : toldHidden(hidden),
  children: children.map(treeNode),
});

/** What is below the last organisation that is shown. */
const toldHidden = (hidden: NonNullable<OrgNode["hidden"]>): Text => {
  const { en, ja } = toldCounts(hidden);
  const [more, moreJa] = en === "" ? ["", ""] : [`: ${en}`, `(${ja})`];
  return text(`and below it ${hidden.orgs} organisations${more}`, `ほかに下位組織 ${hidden.orgs}${moreJa}`);
};

/** All that expires, contracts too, as it stands on the day of the report. */
function judgedIn(data: ReportData) {
  const { records, manifest } = data;
  const timezone = zoneOfReport(data);
  const named = new Set(records.renewals.map(({ name }) => name));
  const contracts = endingContracts(records.tenant[0], timezone).filter(({ name }) => !named.has(name));
  return [...factsOf(data).renewals, ...contracts]
    .map((item) => judge(item, manifest.tenant.name, onDay(manifest.asOf, timezone)))
    .toSorted(byExpiry);
}

/** Things that expire and are named on the first page. */
const MAX_URGENT = 10;

/** What is expired or critical, for the first page. */
const urgentRows = (data: ReportData): readonly (readonly [Text, Words])[] => {
  const urgent = judgedIn(data).filter(({ level }) => level === "expired" || level === "critical");
  if (urgent.length === 0) return [];
  const { criticalDays } = USUAL_THRESHOLDS;
  const label = text(`expired, or due within ${criticalDays} days`, `期限切れ・${criticalDays} 日以内に期限`);
  return [[label, shortened(urgent.map(told), MAX_URGENT)]];
};

/** The level of an item; of one that is rejected with the reason, as its date does not tell it. */
const levelWords = ({ level, rejection }: Pick<JudgedItem, "level" | "rejection">): Text => {
  const { en, ja } = LEVEL_NAMES[level];
  return rejection === undefined || level === "expired"
    ? LEVEL_NAMES[level]
    : text(`${en}: ${rejection.what.en}`, `${ja}: ${rejection.what.ja}`);
};

const told = ({ name, expiresOn, ...one }: Pick<JudgedItem, "name" | "expiresOn" | "level" | "rejection">): Text => {
  const { en, ja } = levelWords(one);
  return text(`${name} (${expiresOn}, ${en})`, `${name}(${expiresOn}、${ja})`);
};

function renewalsSection(data: ReportData, checklist: readonly Item[]): Section {
  const { records, manifest } = data;
  const timezone = zoneOfReport(data);
  const { now } = onDay(manifest.asOf, timezone);
  const items = judgedIn(data);
  const title = text("What expires", "更新期限");
  const missing = missingWords(data, "renewals");
  if (missing !== undefined) return { id: "renewals", title, blocks: [{ kind: "paragraph", words: missing }] };
  if (items.length === 0) {
    const words = text(
      `Nothing is recorded. What HOME of CLOMO PANEL shows has to be: ${commandName("renewals add")}`,
      `登録がありません。CLOMO PANEL の HOME 画面に表示される期限を登録してください: ${commandName("renewals add")}`,
    );
    return { id: "renewals", title, blocks: [{ kind: "paragraph", words }] };
  }
  return {
    id: "renewals",
    title,
    blocks: [
      { kind: "timeline", marks: items.map((item) => markOf(item)), timeline: new Timeline(dayOf(now, timezone)) },
      {
        kind: "table",
        caption: text(`Days are counted from ${manifest.asOf}`, `残り日数は ${manifest.asOf} 時点`),
        head: [
          text("name", "名前"),
          text("kind", "種類"),
          text("expires on", "期限"),
          text("days left", "残り日数"),
          text("level", "状態"),
          text("who renews it", "更新担当"),
          text("account", "アカウント"),
          // a word that is not broken makes its column wide
          text("phone", "電話"),
          text("which one at Apple", "Apple 側での識別"),
        ],
        rows: items.map((one): readonly Words[] => [
          one.name,
          isContract(one) ? text("contract", "契約") : RENEWAL_KINDS[one.kind],
          one.expiresOn === null ? UNKNOWN : `${isEstimated(one) ? "~" : ""}${one.expiresOn}`,
          one.daysLeft === null ? "" : String(one.daysLeft),
          levelWords(one),
          ...(isContract(one)
            ? ["", "", "", ""]
            : [
                one.owner ?? unknownValue(data, "renewals", "owner"),
                ...signInCells(data, one, signInOf(checklist, one, { held: factsOf(data), all: records.renewals })),
                whichOf(data, one, checklist),
              ]),
        ]),
      },
      ...remarksOf(items, timezone),
    ],
  };
}

/** What the commands about renewals leave out, as it is the tenant's own. */
const CONTRACTS: Block = {
  kind: "paragraph",
  words: text(
    `Contracts stand here only: renewals list and check do not count them; ${line("tenant show", [])} and handover checklist do.`,
    `契約はこのレポートだけに載せています。renewals list と renewals check の対象には含まれません(確認: ${line("tenant show", [])}、${line("handover checklist", [])})。`,
  ),
};

/** What is to be known of the table of what expires. */
const remarksOf = (
  items: Parameters<typeof estimatesOf>[0] & readonly Pick<Renewal, "id">[],
  zone: string,
): readonly Block[] => [...estimatesOf(items, zone), ...(items.some(isContract) ? [CONTRACTS] : [])];

const isEstimated = ({ certainty, expiresAt }: Pick<Renewal, "certainty" | "expiresAt">): boolean =>
  certainty === "estimated" && expiresAt !== null;

const ESTIMATE = text("~ marks an estimate", "~ は推定の期限です");

/** What the estimated dates follow from. @see facts 3.5, 3.6 */
const estimatesOf = (
  items: readonly Pick<Renewal, "name" | "kind" | "certainty" | "expiresAt" | "confirmedAt">[],
  zone: string,
): readonly Block[] => {
  const estimated = items.filter(isEstimated);
  if (estimated.length === 0) return [];
  const told = estimated.map((item) => {
    const { name, kind } = item;
    if (kind === "ade-token")
      return text(`${name}: one year after the time in the file's name`, `「${name}」はファイル名の日時の 1 年後`);
    if (kind !== "android-owner")
      return text(`${name}: one year after it was last confirmed`, `「${name}」は最後に確認した日の 1 年後`);
    const login = lastLoginOf(item, zone) ?? "";
    return text(
      `${name}: one year after the last login (${login})`,
      `「${name}」は最後にログインした日(${login})の 1 年後`,
    );
  });
  const { en, ja } = joined(told, text("; ", "、"));
  return [{ kind: "paragraph", words: text(`${ESTIMATE.en}. ${en}.`, `${ESTIMATE.ja}。${ja}と推定しています。`) }];
};

/** What is said of an account that is not recorded with the renewal itself. */
const ACCOUNT_SOURCES = {
  renewal: same(""),
  answer: text(" (as answered)", "(回答による)"),
  held: text(" (recorded with the certificate or token in use)", "(使用中の証明書・トークンに記録)"),
} as const;

/** The account with who signs in, and the phone with its number: as recorded with the renewal, else as answered of its account. */
const signInCells = (
  data: ReportData,
  renewal: Pick<Renewal, "phone" | "phoneHolder">,
  known: ReturnType<typeof signInOf>,
): readonly [account: Words, phone: Words] => {
  const { account, holder, other } = known;
  const source = account === null ? same("") : ACCOUNT_SOURCES[account.source];
  const signsIn = holder === null ? same("") : text(` (signs in: ${holder})`, `(サインインする人: ${holder})`);
  const answered = other === null ? same("") : differingAnswer(other);
  const phones = phoneWords(completePhone(renewal, known));
  return [
    withBehind(
      account?.name ?? unknownValue(data, "renewals", "account"),
      text(source.en + signsIn.en + answered.en, source.ja + signsIn.ja + answered.ja),
    ),
    phones ?? unknownValue(data, "renewals", "phone", "phoneHolder"),
  ];
};

/** Which one at Apple a renewal is about, as far as that is known. */
const whichOf = (
  data: ReportData,
  item: Pick<Renewal, "id" | "kind" | "fingerprint">,
  checklist: readonly Item[],
): Words => {
  const known = identityOf(checklist, item);
  if (known.length > 0) return joined(known, text("; ", "、"));
  return isOneOfSeveral(item.kind) ? unknownValue(data, "renewals", "topic", "source", "fingerprint") : "";
};

function devicesSection(data: ReportData): Section {
  const { summary, records } = data;
  const { devices } = summary;
  const title = text("Devices", "デバイス");
  if (devices === undefined || countOf(data, "devices") === 0) {
    return {
      id: "devices",
      title,
      blocks: [
        {
          kind: "paragraph",
          words:
            missingWords(data, "devices") ??
            (isNotTaken(data, "devices")
              ? NOT_TAKEN
              : text("No devices are in the bundle.", "デバイスは含まれていません。")),
        },
      ],
    };
  }
  const orgs: Orgs = new Map(records.orgs.map((org) => [org.id, org]));
  const byOrg = devices.byOrg
    .map(({ orgId, records: count }): Bar => ({
      label: orgId === null ? text("without an owner", "所有者なし") : pathOf(orgs, orgId),
      value: count,
    }))
    .toSorted((one, other) => other.value - one.value);
  const rest = byOrg.slice(MAX_BARS);
  const others: readonly Bar[] =
    rest.length === 0
      ? []
      : [
          {
            label: text(`${rest.length} more organisations`, `その他 ${rest.length} 組織`),
            value: rest.reduce((sum, { value }) => sum + value, 0),
          },
        ];
  const bars = (id: string, words: Text, all: readonly Bar[]): Block => ({ kind: "bars", id, title: words, bars: all });
  return {
    id: "devices",
    title,
    blocks: [
      bars(
        "by-status",
        text("by state", "ステータス別"),
        devices.byStatus.map(({ status, records: value }) => ({ label: status ?? UNKNOWN, value })),
      ),
      bars(
        "by-platform",
        text("by platform", "プラットフォーム別"),
        devices.byPlatform.map(({ platform, records: value }) => ({ label: platform ?? UNKNOWN, value })),
      ),
      bars("by-org", text("by organisation", "組織別"), [...byOrg.slice(0, MAX_BARS), ...others]),
    ],
  };
}

/** @see seed 002; of enquiries seed 003, 5 and facts 2.1, of contracts seed 003, 3 */
const helpSection = (): Section => ({
  id: "help",
  onPaper: "undivided",
  title: text("Help from the maker", "メーカーの支援"),
  blocks: [
    {
      kind: "note",
      title: text("For new administrators", "新しく管理者になった方へ"),
      lines: [
        text(
          "Questions on CLOMO: CLOMO サポートセンター takes those of a system administrator whose support option (サポートオプション) is on.",
          "CLOMO についての問い合わせ: CLOMO サポートセンター(サポートオプションを有効にしたシステム管理者から)",
        ),
        text("Questions on the contract: your dealer (販売代理店).", "契約に関する問い合わせ: 販売代理店"),
        text(
          "CLOMO ステップアップセミナー: a free seminar (webinar); dates and registration on the page 「CLOMO オンラインセミナー」.",
          "無償セミナー「CLOMO ステップアップセミナー」(ウェビナー形式): 開催日と受付は「CLOMO オンラインセミナー」のページ",
        ),
        text(
          "管理者トレーニング: paid; the operations of CLOMO PANEL. Ask by the form 「製品についてのお問い合わせ」.",
          "管理者トレーニング(有償): CLOMO PANEL の一連の操作手順。「製品についてのお問い合わせ」フォームから",
        ),
        text(
          "CLOMO 運用代行サービス: paid; yearly renewals and operations on devices, done for you. Ask by the same form.",
          "CLOMO 運用代行サービス(有償): 年次更新作業や各種デバイス操作の代行。同じフォームから",
        ),
      ],
    },
  ],
});

const signSection = (leaver = ""): Section => ({
  id: "signatures",
  onPaper: "undivided",
  title: text("Signatures", "署名"),
  blocks: [
    {
      kind: "table",
      caption: text("Handed over and taken over as written here", "上記の内容で引き継ぎました"),
      head: [text("who", "区分"), text("name", "氏名"), text("date", "日付"), text("signature", "署名")],
      rows: [
        [text("who leaves", "前任者"), leaver, "", ""],
        [text("who takes over", "後任者"), "", "", ""],
      ],
      blank: true,
    },
  ],
});

/** Gaps as a manifest has them, in a language. */
export const manifestGaps = (items: readonly Item[], language: "ja" | "en") =>
  items.flatMap(({ gaps }) => gaps.map(({ item, code, what }) => ({ item, gap: code, subject: what[language] })));

/** What is told of an item in place of its lines, where it does not apply. */
const standingOf = ({ applies, why, gaps }: Item): Text => {
  if (applies === false) return why ?? text("not applicable", "対象外");
  if (gaps.length === 0) return text("complete", "完了");
  return joined([text(counted(gaps.length, "gap"), `不足 ${gaps.length} 件`)]);
};
