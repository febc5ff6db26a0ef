import { plainMarkdown } from "../renewals/guide/document.ts";
import { html, type Markup } from "../renewals/output/markup.ts";
import { pageDocument } from "../renewals/output/page/document.ts";
import { TENANT } from "../model/tenant.ts";
import { same, text, type Language, type Text } from "../text/index.ts";
import { answered, QUESTIONS, type OnboardingFacts } from "./facts.ts";
import { CONDITIONS, PROFILE_KINDS } from "./profile-kinds.ts";

/** A table of the sheet: what is known stands in it, the rest is to be filled in by hand. */
interface SheetTable {
  readonly title: Text;
  readonly head: readonly Text[];
  /** blank cells are for the pen */
  readonly rows: readonly (readonly (Text | string | null)[])[];
}

const blankRows = (columns: number, rows: number): readonly (readonly null[])[] =>
  Array.from({ length: rows }, () => Array.from({ length: columns }, () => null));

const ITEM = [text("item", "項目"), text("decision", "設定内容")];

const used = (value: boolean | null): Text | null => {
  if (value === null) return null;
  return value ? text("used", "使う") : text("not used", "使わない");
};

/** What is recorded, and was answered. */
const knownTables = (facts: OnboardingFacts): readonly SheetTable[] => {
  const { profile } = facts;
  const way = answered(facts, "onboarding.way");
  const agent = answered(facts, "onboarding.agent");
  const fields = ["domain", "loginUrl", "mdmAddress", "contactName", "contactMail", "contactPhone"] as const;
  return [
    {
      title: text("the tenant", "テナント"),
      head: ITEM,
      rows: fields.map((field) => [TENANT.fields[field].label, profile[field]]),
    },
    {
      title: text("1–2 how devices and apps are managed", "1〜2 デバイスとアプリケーションの管理方法"),
      head: ITEM,
      rows: [
        [text("devices", "デバイスの管理状態"), way === undefined ? null : QUESTIONS["onboarding.way"].choices[way]],
        [same("CLOMO MDM Agent for iOS"), agent === undefined ? null : QUESTIONS["onboarding.agent"].choices[agent]],
        [same("ADE"), used(profile.ade)],
        [same("VPP"), used(profile.vpp)],
        [same("CLOMO MOBILE APP PORTAL"), used(profile.mobileAppPortal)],
      ],
    },
  ];
};

/** What is decided and filled in by hand. */
const BLANK_TABLES: readonly SheetTable[] = [
  {
    title: text("3 accounts: who holds them (never a password)", "3 アカウントと保持者(パスワードは書かない)"),
    head: [
      text("account", "アカウント"),
      text("address", "メールアドレス"),
      text("telephone for the 2-factor code", "認証コードを受け取る電話の番号"),
      text("who holds it", "保持者"),
      text("where the password is kept", "パスワードの保管場所"),
    ],
    rows: [
      [text("Apple Account (push certificate)", "Apple Account(プッシュ通知証明書)"), null, null, null, null],
      [text("Managed Apple Account (Apple Business Manager)", "管理対象 Apple Account(ABM)"), null, null, null, null],
    ],
  },
  {
    title: text("5 administrators: one person, one account", "5 登録する管理者(1名に1アカウント)"),
    head: [
      text("name", "氏名"),
      text("mail address", "メールアドレス"),
      text("role", "管理者権限"),
      text("support option", "サポートオプション"),
    ],
    rows: blankRows(4, 5),
  },
  {
    title: text("6 organisations and users", "6 組織やユーザー"),
    head: [
      text("organisation", "組織名"),
      text("code", "組織コード"),
      text("above it", "上位組織"),
      text("users", "ユーザー数"),
    ],
    rows: blankRows(4, 6),
  },
  {
    title: text("10 profiles", "10 プロファイル"),
    head: [
      text("profile", "プロファイル"),
      text("for", "利用目的"),
      text("condition", "条件"),
      text("used for whom", "適用先"),
    ],
    rows: PROFILE_KINDS.map(({ name, use, needs }) => [
      name,
      use,
      needs === undefined ? text("none", "なし") : CONDITIONS[needs],
      null,
    ]),
  },
  {
    title: text("11 apps", "11 アプリケーション"),
    head: [text("app", "アプリ名"), same("MarketPlace / Enterprise"), text("automatic for", "自動インストールの対象")],
    rows: blankRows(3, 6),
  },
];

/** The tables, by the steps of the manual. @see seed 003 (iOS 設定ガイドシート) */
const tablesOf = (facts: OnboardingFacts): readonly SheetTable[] => [...knownTables(facts), ...BLANK_TABLES];

const TITLE = text("Set-up sheet for iOS", "iOS 設定シート");
const NOTE = text(
  "What is recorded in clomoctl is filled in; the rest is for the pen. This sheet is clomoctl's own: the maker's is 「iOS 設定ガイドシート」.",
  "clomoctl に登録済みの内容は記入してあります。空欄に記入してください。このシートは clomoctl 独自のもので、メーカーのものは「iOS 設定ガイドシート」です。",
);

const said = (cell: Text | string | null, language: Language): string =>
  cell === null ? "" : typeof cell === "string" ? cell : cell[language];

const markdown = (tables: readonly SheetTable[], language: Language): string => {
  const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const written = tables.flatMap(({ title, head, rows }) => [
    "",
    `## ${plainMarkdown(title[language])}`,
    "",
    row(head.map((cell) => plainMarkdown(cell[language]))),
    row(head.map(() => "---")),
    ...rows.map((cells) => row(cells.map((cell) => plainMarkdown(said(cell, language))))),
  ]);
  return [`# ${TITLE[language]}`, "", NOTE[language], ...written, ""].join("\n");
};

const STYLE = `
body{max-width:60rem}
table{width:100%;border-collapse:collapse;margin:0 0 1.5rem}
caption{text-align:left;font-weight:bold;padding:.3rem 0}
th,td{border:1px solid currentColor;padding:.35rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}
td:empty{height:2.2em}
tr{break-inside:avoid}
@page{size:A4 landscape}
`;

const tableMarkup = ({ title, head, rows }: SheetTable, language: Language): Markup =>
  html`<table>
    <caption>
      ${title[language]}
    </caption>
    <thead>
      <tr>
        ${head.map((cell) => html`<th scope="col">${cell[language]}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (cells) =>
          html`<tr>
            ${cells.map((cell) => html`<td>${said(cell, language)}</td>`)}
          </tr>`,
      )}
    </tbody>
  </table>`;

/** The sheet that a new administrator fills in. */
export const setUpSheet = (facts: OnboardingFacts, form: "markdown" | "html", language: Language): string => {
  const tables = tablesOf(facts);
  if (form === "markdown") return markdown(tables, language);
  return pageDocument({
    language,
    title: TITLE[language],
    style: STYLE,
    header: html`<h1>${TITLE[language]}</h1>
      <p>${NOTE[language]}</p>`,
    main: html`${tables.map((table) => tableMarkup(table, language))}`,
  });
};
