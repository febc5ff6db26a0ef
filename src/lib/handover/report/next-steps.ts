import { line, type CommandLine } from "../../advice/index.ts";
import { appliesTo, EXPECTED_KINDS, type ExpectedKind } from "../../model/applies.ts";
import { RENEWAL_KINDS } from "../../model/renewal.ts";
import { text, type Text } from "../../text/index.ts";
import type { HandoverFacts } from "../checklist/facts.ts";
import { YEARLY_LOGIN } from "../checklist/items/android.ts";
import { NEW_TOKEN_ENDS, TOKENS_END } from "../checklist/items/apple-business.ts";
import { REMOVE_SCHEDULE } from "../checklist/items/clomoctl.ts";
import type { Block, Section } from "../../document/blocks.ts";

/** A command, and what it is for. */
type StepLine = readonly [command: CommandLine, what: Text];

/** What the former machine goes on with. */
const FORMER: StepLine = [
  REMOVE_SCHEDULE,
  text(
    "on the former machine, as its user, once yours runs: else both notify",
    "自分の PC の自動実行を登録したら、以前の PC で、そのユーザーとして入力する(残すと両方から通知されます)",
  ),
];

/** Who leaves, and when, as options of the checklist. */
interface LeaverOptions {
  readonly leaver?: string | undefined;
  readonly leaves?: string | undefined;
}

const before = (leaver: LeaverOptions): readonly StepLine[] => [
  [
    line("handover verify", ["BUNDLE"]),
    text(
      "whether anything was lost or changed by accident. That is no signature: have whoever exported the bundle read out its fingerprint, and compare it with the fingerprint that it shows",
      "引き継ぎデータが欠けたり、誤って変更されたりしていないか確かめる。署名ではないため、表示されるフィンガープリントを、書き出した人に電話などで読み上げてもらって比べる",
    ),
  ],
  [
    line("handover report", ["BUNDLE"], { output: "report.html" }),
    text("this report again, from the bundle", "このレポートを引き継ぎデータから作り直す"),
  ],
  [
    line("handover apply", ["BUNDLE"], { dryRun: true }),
    text(
      "what it would do to your tenant; without --dry-run it does it",
      "自分のテナントに適用すると何が変わるか確かめる(--dry-run を外すと適用)",
    ),
  ],
  [
    line("handover checklist", [], leaver),
    text("what is missing, and what to type for it", "不足しているものと、その対処を確認する"),
  ],
  [line("renewals check", []), text("what expires, and when", "期限と残り日数を確認する")],
];

/** What is typed once a bundle is applied. @param runs whether the former machine may have a daily run */
const after = (runs: boolean): readonly StepLine[] => [
  [
    line("renewals schedule install", []),
    text("have it checked every day, on your machine", "自分の PC で毎日自動的に確認する"),
  ],
  ...(runs ? [FORMER] : []),
  [
    line("renewals notify", ["init"]),
    text(
      "set up who is notified: no bundle has notify.yaml with its chats, mail server and where the password of the sending account is kept",
      "通知先を設定する(チャットの宛先、メールサーバー、送信用アカウントのパスワードの保管場所を含む notify.yaml は、引き継ぎデータに含まれません)",
    ),
  ],
  [
    line("handover diff", ["BUNDLE"], { tenant: true, applicable: true, ignoreTimes: true }),
    text(
      "later: whether your tenant is still as it was handed over. --applicable leaves out what apply leaves as it is, --ignore-times when records were made, changed and answered",
      "自分のテナントが引き継いだときのままか確かめる(--applicable は apply の対象外のものを、--ignore-times は記録の作成・更新・回答の日時を比べない)",
    ),
  ],
];

/** @see facts 3.3 and 3.4 */
const SAME_ACCOUNT = text(
  "The push certificate: renew the one in use, with the same Apple Account (「Renew」, never 「Create a Certificate」, never 「Revoke」). With another account, or by a new certificate, all enrolled devices stop obeying until they are enrolled again (by other makers' manuals). Where nobody can sign in, first ask Apple to move the certificate to another Apple Account.",
  "MDM プッシュ通知証明書は、使用中の証明書を、必ず同じ Apple Account で更新します(「Renew」だけを押し、「Create a Certificate」「Revoke」は押さない)。別のアカウントで更新したり、新しい証明書を作成したりすると、登録済みの全デバイスが再登録するまで応答しなくなります(他社情報)。サインインできない場合は、先に Apple へ証明書を別の Apple Account へ移すよう依頼してください。",
);

const DOCUMENTED = text(
  "clomoctl is a program for administrators of CLOMO, and not the maker's. It is not in the bundle: get it from whoever exported this (its folder, or where that is from); it needs Node.js 24. What it does is told by its README.md and docs/, and by: clomoctl help",
  "clomoctl は CLOMO の管理者向けのプログラムで、メーカーの製品ではありません。引き継ぎデータには含まれないため、書き出した人から入手してください(プログラムのフォルダー、または入手元。Node.js 24 が必要です)。説明は clomoctl に付属する README.ja.md と docs/、および: clomoctl help",
);

const { "android-owner": owner } = RENEWAL_KINDS;
const YEARLY_LOGIN_OF = text(`${owner.en}: ${YEARLY_LOGIN.en}`, `${owner.ja}: ${YEARLY_LOGIN.ja}`);

/** What goes wrong in a renewal, by its kind. */
const WARNINGS: Readonly<Record<ExpectedKind, Text>> = {
  "push-certificate": SAME_ACCOUNT,
  "ade-token": NEW_TOKEN_ENDS,
  "vpp-token": TOKENS_END,
  "android-owner": YEARLY_LOGIN_OF,
};

/** Guides of one kind that are named one by one. */
const MAX_GUIDES = 5;

/** What a successor types, in its order. */
export function nextSteps(
  { tenant, renewals, clomoctl }: Pick<HandoverFacts, "tenant" | "renewals" | "clomoctl">,
  leaver?: { readonly person: string; readonly leaves: string | null },
): Section {
  const kinds = EXPECTED_KINDS.filter(
    (kind) => appliesTo(tenant, kind).applies === true || renewals.some((one) => one.kind === kind),
  );
  const guides = kinds.flatMap((kind): readonly StepLine[] => {
    const items = renewals.filter((one) => one.kind === kind).map(({ name }) => name);
    const { en, ja } = RENEWAL_KINDS[kind];
    // of several each has its own guide
    const words = items.length > 1 && items.length <= MAX_GUIDES ? items : [kind];
    return words.map((word): StepLine => [
      line("renewals guide", [word]),
      text(`how to renew: ${en}`, `更新の手順: ${ja}`),
    ]);
  });
  const warnings = kinds.map((kind): Block => ({ kind: "paragraph", words: WARNINGS[kind] }));
  return {
    id: "next",
    title: text("What to type, for who takes over", "後任の方が入力するコマンド"),
    blocks: [
      {
        kind: "table",
        caption: text(
          "BUNDLE is the file or folder that was handed over",
          "BUNDLE は受け取ったファイルまたはフォルダー",
        ),
        head: [text("command", "コマンド"), text("what for", "目的")],
        rows: [
          ...before({ leaver: leaver?.person, leaves: leaver?.leaves ?? undefined }),
          ...guides,
          ...after(clomoctl !== null && clomoctl.runs?.length !== 0),
        ],
      },
      ...warnings,
      { kind: "paragraph", words: DOCUMENTED },
    ],
  };
}
