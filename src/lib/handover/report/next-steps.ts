import { line, type CommandLine } from "../../advice/index.ts";
import { determineApplicability, EXPECTED_RENEWAL_KINDS, type ExpectedRenewalKind } from "../../model/applies.ts";
import { RENEWAL_KINDS } from "../../model/renewal.ts";
import { same, text, type Text } from "../../text/index.ts";
import type { HandoverFacts } from "../checklist/facts.ts";
import { YEARLY_LOGIN_NOTE } from "../checklist/items/android.ts";
import { NEW_TOKEN_NOTE, PASSWORD_CHANGE_NOTE } from "../checklist/items/apple-business.ts";
import type { Block, Section } from "../../document/blocks.ts";

/** A command and its purpose. */
type CommandStep = readonly [command: CommandLine, what: Text];

/** The leaver and their last day, as options of the checklist command. */
interface LeaverOptions {
  readonly leaver?: string | undefined;
  readonly leaves?: string | undefined;
}

const buildFirstSteps = (leaver: LeaverOptions): readonly CommandStep[] => [
  [
    line("handover verify", ["BUNDLE"]),
    text(
      "check whether data was lost or changed by accident. This is not a signature: ask the person who exported the bundle to read out its fingerprint, and compare it with the fingerprint that the command shows",
      "引き継ぎデータが欠けたり、誤って変更されたりしていないか確かめる。署名ではないため、表示されるフィンガープリントを、書き出した人に電話などで読み上げてもらって比べる",
    ),
  ],
  [
    line("handover report", ["BUNDLE"], { output: "report.html" }),
    text("create this report again from the bundle", "このレポートを引き継ぎデータから作り直す"),
  ],
  [
    line("handover apply", ["BUNDLE"], { dryRun: true }),
    text(
      "see what applying the bundle would change in your tenant; without --dry-run, the bundle is applied",
      "自分のテナントに適用すると何が変わるか確かめる(--dry-run を外すと適用)",
    ),
  ],
  [
    line("handover checklist", [], leaver),
    text("see what is missing, and what to type to fix it", "不足しているものと、その対処を確認する"),
  ],
  [line("renewals check", []), text("see what expires, and when", "期限と残り日数を確認する")],
];

/** The steps after a bundle is applied. */
const STEPS_AFTER_APPLY: readonly CommandStep[] = [
  [
    line("renewals schedule", []),
    text("check the expiry dates every day on your machine", "自分のコンピューターで毎日自動的に期限を確認する"),
  ],
  [
    line("renewals notify", ["init"]),
    text(
      "set up who receives reminders: notify.yaml is not in the bundle (it lists the chats, the mail server, and where the password of the sending account is kept)",
      "通知先を設定する(チャットの宛先、メールサーバー、送信用アカウントのパスワードの保管場所を含む notify.yaml は、引き継ぎデータに含まれません)",
    ),
  ],
  [
    line("handover diff", ["BUNDLE"], { tenant: true, applicable: true, ignoreTimes: true }),
    text(
      "later, check whether your tenant is still as it was handed over. --applicable ignores what apply does not change; --ignore-times ignores when records were created, changed and answered",
      "自分のテナントが引き継いだときのままか確かめる(--applicable を付けると apply の対象外のもの、--ignore-times を付けるとデータの作成・更新・回答の日時は比べません)",
    ),
  ],
];

/** @see facts 3.3 and 3.4 */
const PUSH_CERTIFICATE_WARNING = text(
  "Push certificate: renew the certificate in use, with the same Apple Account. Choose 「Renew」, never 「Create a Certificate」 or 「Revoke」. If you use another account or create a new certificate, all enrolled devices stop responding until they are enrolled again (according to manuals of other vendors). If nobody can sign in, first ask Apple to move the certificate to another Apple Account.",
  "MDM プッシュ通知証明書は、使用中の証明書を、必ず同じ Apple Account で更新します(「Renew」だけを押し、「Create a Certificate」「Revoke」は押さない)。別のアカウントで更新したり、新しい証明書を作成したりすると、登録済みの全デバイスが再登録するまで応答しなくなります(他社の情報による)。サインインできない場合は、先に Apple へ証明書を別の Apple Account へ移すよう依頼してください。",
);

const ABOUT_CLOMOCTL = text(
  "clomoctl is a program for CLOMO administrators, not a product of CLOMO's vendor. The bundle does not contain clomoctl: get the program's folder from the person who exported the bundle, or ask where that person got the program. clomoctl requires Node.js 24. For documentation, see README.md and docs/ in the program's folder, or run: clomoctl help",
  "clomoctl は CLOMO の管理者向けのプログラムで、メーカーの製品ではありません。引き継ぎデータには含まれないため、書き出した人からプログラムのフォルダーを受け取るか、入手元を聞いてください。Node.js 24 が必要です。使い方は、付属の README.ja.md と docs/、または次のコマンドで確認できます: clomoctl help",
);

const { "android-owner": owner } = RENEWAL_KINDS;
const YEARLY_LOGIN_WARNING = text(`${owner.en}: ${YEARLY_LOGIN_NOTE.en}`, `${owner.ja}: ${YEARLY_LOGIN_NOTE.ja}`);

/** What can go wrong in a renewal, by the kind of item. */
const RENEWAL_WARNINGS: Readonly<Record<ExpectedRenewalKind, Text>> = {
  "push-certificate": PUSH_CERTIFICATE_WARNING,
  "ade-token": NEW_TOKEN_NOTE,
  "vpp-token": PASSWORD_CHANGE_NOTE,
  "android-owner": YEARLY_LOGIN_WARNING,
};

/** Maximum number of items of one kind that each get a guide of their own in the report. */
const MAX_LISTED_GUIDES = 5;

/** Builds the section with the commands that a successor types, in order. */
export function buildNextStepsSection(
  { tenant, renewals }: Pick<HandoverFacts, "tenant" | "renewals">,
  leaver?: { readonly person: string; readonly leaves: string | null },
): Section {
  const kinds = EXPECTED_RENEWAL_KINDS.filter(
    (kind) => determineApplicability(tenant, kind).applies === true || renewals.some((one) => one.kind === kind),
  );
  const guides = kinds.flatMap((kind): readonly CommandStep[] => {
    const items = renewals.filter((one) => one.kind === kind).map(({ name }) => name);
    const { en, ja } = RENEWAL_KINDS[kind];
    // if a kind has several items, each item has its own guide
    const words = items.length > 1 && items.length <= MAX_LISTED_GUIDES ? items : [kind];
    return words.map((word): CommandStep => [
      line("renewals guide", [word]),
      text(`see how to renew: ${en}`, `更新の手順: ${ja}`),
    ]);
  });
  const warnings = kinds.map((kind): Block => ({ kind: "paragraph", words: RENEWAL_WARNINGS[kind] }));
  return {
    id: "next",
    title: text("Commands for the successor", "後任の方が入力するコマンド"),
    blocks: [
      {
        kind: "table",
        caption: text(
          "BUNDLE is the file or folder that was handed over",
          "BUNDLE は受け取ったファイルまたはフォルダー",
        ),
        head: [text("command", "コマンド"), text("purpose", "目的")],
        rows: [
          ...buildFirstSteps({ leaver: leaver?.person, leaves: leaver?.leaves ?? undefined }),
          ...guides,
          ...STEPS_AFTER_APPLY,
        ].map(([command, what]) => [same(command), what]),
      },
      ...warnings,
      { kind: "paragraph", words: ABOUT_CLOMOCTL },
    ],
  };
}
