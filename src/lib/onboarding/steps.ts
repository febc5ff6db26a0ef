import { commandName, line, type CommandLine, type Step as Advice } from "../advice/index.ts";
import { RENEWAL_KINDS } from "../model/renewal.ts";
import { sayUses } from "../model/applies.ts";
import { TENANT, type Use } from "../model/tenant.ts";
import type { Step } from "../renewals/guide/index.ts";
import { counted, joined, same, text, type Text } from "../text/index.ts";
import { answered, type IssuedKind, type OnboardingFacts, type QuestionName } from "./facts.ts";
import { issueSteps } from "./first-issue.ts";
import { CONDITIONS, PROFILE_KINDS } from "./profile-kinds.ts";

/** How a step stands. */
export const STEP_STATES = {
  done: text("done", "完了"),
  open: text("open", "未完了"),
  "not-applicable": text("not applicable", "対象外"),
} as const satisfies Readonly<Record<string, Text>>;

export type StepState = keyof typeof STEP_STATES;

/** How a step stands, and what to do next. */
export type StepStatus = Advice & { readonly state: StepState };

/** One of the twelve steps of the manual. @see seed 003; facts 4.8 */
export interface OnboardingStep {
  /** from 1 to 12, as in the manual */
  readonly number: number;
  readonly id: string;
  readonly title: Text;
  readonly optional?: true | undefined;
  /** what only a person knows of it */
  readonly asks: (facts: OnboardingFacts) => readonly QuestionName[];
  readonly standing: (facts: OnboardingFacts) => StepStatus;
  readonly steps: (facts: OnboardingFacts) => readonly Step[];
}

const ASK = line("onboarding guide", [], { interactive: true });

const guideTo = (step: number): CommandLine => line("onboarding guide", [step]);

const standing = (state: StepState, why: Text, next?: CommandLine): StepStatus => ({ state, why, line: next });

const done = (why: Text): StepStatus => standing("done", why);

const NOT_VISIBLE = text("not visible to you", "参照する権限がありません");

const UNANSWERED = text("nobody has said it yet", "未回答です");

/** By a question that is answered with yes or no. */
const byAnswer = (facts: OnboardingFacts, name: QuestionName, finished: Text, step: number): StepStatus => {
  if (!facts.seesAnswers) return standing("open", NOT_VISIBLE);
  const value = answered(facts, name);
  if (value === "yes") return done(finished);
  return standing("open", value === undefined ? UNANSWERED : text("not yet", "まだです"), guideTo(step));
};

const none = (): readonly QuestionName[] => [];

/** What is issued only if it is used, with the field of the tenant that says so. */
const OPTIONAL = { "ade-token": "ade", "vpp-token": "vpp" } as const satisfies Partial<Record<IssuedKind, Use>>;

type OptionalKind = keyof typeof OPTIONAL;

const OPTIONAL_KINDS = Object.keys(OPTIONAL) as readonly OptionalKind[];

/** Whether devices are bought as ADE devices or made such, by how they will be managed; null: that is not decided. */
const adeByWay = (facts: OnboardingFacts): boolean | null => {
  const way = answered(facts, "onboarding.way");
  return way === undefined ? null : way === "purchased" || way === "manual";
};

/** Whether something is used; null: nobody has said. What is recorded is used, unless somebody has said that it is not. */
const uses = (facts: OnboardingFacts, kind: OptionalKind): boolean | null =>
  facts.profile[OPTIONAL[kind]] ??
  (kind === "ade-token" ? adeByWay(facts) : null) ??
  (facts.recorded.includes(kind) ? true : null);

/** What has to be issued, by what is used. @see seed 003, 7: the push certificate is compulsory */
const issuedFor = (facts: OnboardingFacts): readonly IssuedKind[] => [
  "push-certificate",
  ...OPTIONAL_KINDS.filter((kind) => uses(facts, kind) === true),
];

/** What nobody has said whether it is used: neither are its dates known to be complete. */
const unsaidUses = (facts: OnboardingFacts): readonly Use[] =>
  OPTIONAL_KINDS.filter((kind) => uses(facts, kind) === null && !isAnswerHidden(facts, kind)).map(
    (kind) => OPTIONAL[kind],
  );

/** Whether it may have been answered that something is used, and who asks may not read it. */
const isAnswerHidden = (facts: OnboardingFacts, kind: OptionalKind): boolean =>
  kind === "ade-token" && !facts.seesAnswers && uses(facts, kind) === null;

const HIDDEN_USE = text("whether ADE is used is not visible to you", "ADE を使うかを参照する権限がありません");

const missing = (facts: OnboardingFacts): readonly IssuedKind[] =>
  issuedFor(facts).filter((kind) => !facts.recorded.includes(kind));

const unsaidWhy = (fields: readonly Use[]): readonly Text[] => {
  if (fields.length === 0) return [];
  const names = joined(
    fields.map((field) => TENANT.fields[field].label),
    text(", ", "、"),
  );
  return [
    text(
      `not recorded whether ${names.en} ${fields.length === 1 ? "is" : "are"} used`,
      `${names.ja} を使うかが未登録です`,
    ),
  ];
};

/** Says that nobody knows here which ADE devices may be switched on; undefined if that is known, or not judged here. */
const unknownOfAde = (facts: OnboardingFacts): Advice | undefined => {
  const { adeState } = facts;
  if (adeState === "synced" || adeState === "console" || uses(facts, "ade-token") === false) return undefined;
  if (uses(facts, "ade-token") === null && !isAnswerHidden(facts, "ade-token")) return undefined;
  return adeState === "never-synced"
    ? {
        why: text(
          "it is not known which ADE devices have a profile, as nothing was synced with Apple here: do not switch them on yet",
          "Apple と同期していないため、ADE デバイスにプロファイルが割り当てられているかは不明です(まだ電源を入れないでください)",
        ),
        line: line("ade sync", []),
      }
    : {
        why: text(
          "which ADE devices have a profile is not visible to you",
          "ADE デバイスの状態を参照する権限がありません",
        ),
      };
};

const step = (id: string, en: string, ja: string, more: Partial<Step> = {}): Step => ({
  id,
  what: text(en, ja),
  ...more,
});

/** @see facts 4.8 (3) */
const PREPARE: readonly Step[] = [
  step(
    "browser",
    "The devices, and a browser for CLOMO PANEL.",
    "登録したいデバイスと、CLOMO PANEL を操作するためのブラウザ",
  ),
  step(
    "apple-account",
    "An Apple Account for the MDM push certificate; an ordinary one will do. Every renewal needs the same one: let it be the organisation's, with a mailbox that several people read (our advice).",
    "MDM プッシュ通知証明書用の Apple Account(通常の Apple Account で問題ありません)。更新のたびに同じものが必要です。個人のものを避け、複数人が読めるメールアドレスにすることをおすすめします(clomoctl としての助言)。",
  ),
  step(
    "portal",
    "The contract CLOMO MOBILE APP PORTAL, if apps are to be distributed.",
    "CLOMO MOBILE APP PORTAL のご契約(アプリケーションを配布する場合)",
    {
      where: same("CLOMO PANEL > HOME > 「Applications」"),
      trap: text(
        "Without it no apps can be distributed.",
        "未契約の場合、CLOMO からアプリケーションを配布できません。",
      ),
    },
  ),
  step(
    "apple-business-manager",
    "For ADE and VPP: a registration with Apple Business Manager. It asks for the contact's name, work mail address and telephone number (for the 2-factor code), the company's name, address, telephone number, D-U-N-S number and web site, and for name, mail address and title of somebody who decides.",
    "ADE・VPP を利用する場合: Apple Business Manager(ABM)への事前登録。担当者の氏名・勤務先メールアドレス・電話番号(2ファクタ認証に使用)、会社名・住所・電話番号・D-U-N-S 番号・Webサイト、決裁権を有する人の氏名・メールアドレス・役職名が必要です。",
    {
      trap: text(
        "Apple's review takes one to two weeks.",
        "Apple 社による審査のため、1〜2週間程度必要な場合があります。",
      ),
    },
  ),
  step(
    "configurator",
    "For the ways by hand: a Mac with Apple Configurator, and a cable.",
    "手動で設定する場合: Apple Configurator がインストールされた Mac とケーブル",
  ),
];

/** @see seed 003, 5 */
const ADMINISTRATORS: readonly Step[] = [
  step(
    "user",
    "Add a user with name and mail address, 「保存」; then the user › 「CLOMO アカウント」 › 「編集」: account name, password, 管理者権限 システム管理者, サポートオプション, language, time zone, 「保存」.",
    "氏名とメールアドレスを入力してユーザーを作成し「保存」。作成したユーザー ›「CLOMO アカウント」›「編集」で、アカウント名、パスワード、管理者権限(システム管理者)、サポートオプション、言語、タイムゾーンを設定して「保存」をクリックします。",
    {
      where: same("CLOMO PANEL > Users/Org > Add User"),
      trap: text(
        "One person, one account: with a shared one nobody can tell who did what. The support option goes to five at most.",
        "1名に対して1つのアカウントを作成してください。使い回すと、誰が作業したのか不明になります。サポートオプションは 5 名までです。",
      ),
      check: text(
        `By commands: ${commandName("clomo-account create")}, then ${commandName("clomo-account grant")}`,
        `コマンドでは: ${commandName("clomo-account create")}、続けて ${commandName("clomo-account grant")}`,
      ),
    },
  ),
];

/** @see seed 003, 6 */
const DIRECTORY: readonly Step[] = [
  step(
    "orgs",
    `Organisations: 「Add Org」, name and code, 「保存」; many by a CSV file: ${line("orgs template", [])}, then ${line("orgs import", ["FILE"])}`,
    `組織: 「Add Org」で組織名と組織コードを入力し「保存」。大量の場合は CSV で: ${line("orgs template", [])}、続けて ${line("orgs import", ["FILE"])}`,
    { where: same("CLOMO PANEL > Users/Org") },
  ),
  step(
    "users",
    `Users: 「Add User」, with 「所属組織」, 「保存」; many by a CSV file: ${line("users template", [])}, then ${line("users import", ["FILE"])}`,
    `ユーザー: 「Add User」で「所属組織」も入力し「保存」。大量の場合は CSV で: ${line("users template", [])}、続けて ${line("users import", ["FILE"])}`,
    { where: same("CLOMO PANEL > Users/Org") },
  ),
];

const PROFILES: readonly Step[] = [
  ...PROFILE_KINDS.map(({ name, use, needs }, at) =>
    step(`profile-${at + 1}`, `${name.ja}: ${use.en}`, `${name.ja}: ${use.ja}`, {
      trap: needs === undefined ? undefined : CONDITIONS[needs],
    }),
  ),
  step(
    "automatic",
    "Install them by hand on a device, or automatically on all devices or those of an organisation.",
    "特定のデバイスに手動で適用するか、すべてのデバイスまたは特定の組織のデバイスに自動インストールを設定します。",
    {
      trap: text(
        "Saving a change of the automatic profiles sends commands to all devices that are enrolled already.",
        "自動適用プロファイルの変更を保存すると、登録済みのすべてのデバイスにコマンドが送信されます。",
      ),
    },
  ),
];

/** The twelve steps, in the order of the manual. @see seed 003 */
export const ONBOARDING_STEPS: readonly OnboardingStep[] = [
  {
    number: 1,
    id: "devices-mode",
    title: text("decide how devices are managed", "デバイスの管理状態を決める"),
    asks: () => ["onboarding.way", "onboarding.agent"],
    standing: (facts) => {
      if (!facts.seesAnswers) return standing("open", NOT_VISIBLE);
      return answered(facts, "onboarding.way") !== undefined && answered(facts, "onboarding.agent") !== undefined
        ? done(text("decided", "決定済み"))
        : standing("open", UNANSWERED, ASK);
    },
    steps: () => [
      step(
        "mode",
        "Supervised (the maker recommends it: many more functions) or not. Supervised by ADE: bought so, or made so by hand; nobody takes such a device out of CLOMO where the ADE profile forbids it. Without ADE: by hand, and its user can remove the MDM profile.",
        "監視対象モード(おすすめ。利用できる機能が大幅に増えます)にするかを決めます。ADE を使う場合は、代理店から購入する方法と手動で ADE デバイスにする方法があり、ユーザーが勝手に CLOMO 管理下からデバイスを外すことを防げます。ADE を使わない場合は 1 台ずつ手動で設定し、デバイス側の操作で MDM 構成プロファイルを削除できます。",
      ),
      step(
        "agent",
        "The app CLOMO MDM Agent for iOS (recommended): locations, the portal, Work Smart, messages.",
        "CLOMO MDM Agent for iOS アプリ(おすすめ): 位置情報取得、ポータル機能、ワーク・スマート機能、メッセージの送受信",
      ),
    ],
  },
  {
    number: 2,
    id: "apps-mode",
    title: text("decide how apps are managed", "アプリケーションの管理方法を決める"),
    asks: none,
    standing: ({ profile: { vpp } }) =>
      vpp === null
        ? standing("open", joined(unsaidWhy(["vpp"])), sayUses(["vpp"]))
        : done(vpp ? text("VPP is used", "VPP を使う") : text("VPP is not used", "VPP を使わない")),
    steps: () => [
      step(
        "vpp",
        `With VPP (recommended) apps go to devices without an Apple Account, and to supervised ones silently. Record it: ${sayUses(["vpp"])}`,
        `VPP を使うと(おすすめ)、Apple Account を設定していないデバイスにもアプリを一括配布でき、監視対象モードではサイレントインストールができます。登録: ${sayUses(["vpp"])}`,
      ),
    ],
  },
  {
    number: 3,
    id: "prepare",
    title: text("prepare what is needed", "必要なものを用意する"),
    asks: () => ["onboarding.prepared"],
    standing: (facts) => byAnswer(facts, "onboarding.prepared", text("all at hand", "用意済み"), 3),
    steps: () => PREPARE,
  },
  {
    number: 4,
    id: "login",
    title: text("log in to CLOMO PANEL", "CLOMO PANEL にログインする"),
    asks: () => ["onboarding.login"],
    standing: (facts) =>
      byAnswer(facts, "onboarding.login", text("the contact person has logged in", "ログイン済み"), 4),
    steps: () => [
      step(
        "mail",
        `Open the 「ログイン URL」 of the mail 「[CLOMO PANEL] 登録完了のお知らせ」, and log in with the account and the password in it. Record the address: ${line("tenant set", [], { loginUrl: "URL" })}`,
        `「[CLOMO PANEL] 登録完了のお知らせ」メールの「ログイン URL」を開き、メールの「アカウント」「パスワード」でログインします。アドレスの登録: ${line("tenant set", [], { loginUrl: "URL" })}`,
        {
          trap: text(
            "Until there are more administrators only the contact person, who got the mail, can log in.",
            "この時点では、メールが届いた担当者しかログインできません。",
          ),
        },
      ),
    ],
  },
  {
    number: 5,
    id: "administrators",
    title: text("create administrators", "管理者を作成する"),
    optional: true,
    asks: none,
    standing: (facts) => {
      const { systemAdministrators: number } = facts;
      if (number === null) return standing("open", NOT_VISIBLE);
      const why = text(counted(number, "system administrator"), `システム管理者 ${number} 人`);
      return number > 1 ? done(why) : standing("open", why, guideTo(5));
    },
    steps: () => ADMINISTRATORS,
  },
  {
    number: 6,
    id: "directory",
    title: text("create organisations and users", "組織やユーザーを作成する"),
    optional: true,
    asks: none,
    standing: (facts) => {
      const { users, orgs: all } = facts;
      // 全社 is always there
      const orgs = all - 1;
      const why = text(
        `${counted(orgs, "organisation")}, ${counted(users, "user")}`,
        `組織 ${orgs} 件、ユーザー ${users} 人`,
      );
      return users > 0 ? done(why) : standing("open", why, line("users template", []));
    },
    steps: () => DIRECTORY,
  },
  {
    number: 7,
    id: "issued",
    title: text("set up push certificate, ADE and VPP", "初期設定をする(プッシュ通知証明書・ADE・VPP)"),
    asks: (facts) => missing(facts).map((kind) => `onboarding.home.${kind}` as const),
    standing: (facts) => {
      const left = missing(facts);
      const issued: readonly string[] = issuedFor(facts);
      const pressing = facts.pressing.filter(({ kind }) => issued.includes(kind));
      const [first] = pressing;
      const unsaid = unsaidUses(facts);
      const hidden = isAnswerHidden(facts, "ade-token") ? [HIDDEN_USE] : [];
      if (left.length + unsaid.length + hidden.length === 0 && first === undefined)
        return done(text("all are recorded", "すべて登録済み"));
      const names = joined(
        left.map((kind) => RENEWAL_KINDS[kind]),
        text(", ", "、"),
      );
      const lacking = left.length === 0 ? [] : [text(`not recorded: ${names.en}`, `未登録: ${names.ja}`)];
      const why = joined(
        [...lacking, ...unsaidWhy(unsaid), ...hidden, ...pressing.map((one) => one.why)],
        text("; ", "。"),
      );
      const next = first?.line ?? (unsaid.length > 0 ? sayUses(unsaid) : undefined);
      return standing("open", why, left.length > 0 ? guideTo(7) : next);
    },
    steps: (facts) => issuedFor(facts).flatMap((kind) => issueSteps(facts, kind)),
  },
  {
    number: 8,
    id: "devices",
    title: text("register devices", "デバイスを登録する"),
    asks: none,
    standing: (facts) => {
      const { devices } = facts;
      const way = text(counted(devices, "device"), `デバイス ${devices} 台`);
      if (devices === 0) return standing("open", way, guideTo(8));
      const notReady = facts.notReady ?? unknownOfAde(facts);
      if (notReady === undefined) return done(way);
      return standing("open", joined([way, notReady.why], text("; ", "。")), notReady.line);
    },
    steps: (facts) => {
      const way = answered(facts, "onboarding.way");
      return way === undefined
        ? [
            step(
              "way",
              `First decide how devices are managed (step 1); then: ${line("ade guide", ["purchased/manual/supervised-only/unsupervised"])}`,
              `先にデバイスの管理状態を決めてください(手順 1)。その後: ${line("ade guide", ["purchased/manual/supervised-only/unsupervised"])}`,
            ),
          ]
        : [
            step(
              "way",
              `Step by step, with the pitfalls: ${line("ade guide", [way])}`,
              `手順と注意点: ${line("ade guide", [way])}`,
            ),
          ];
    },
  },
  {
    number: 9,
    id: "owners",
    title: text("give devices their owners", "組織やユーザーをデバイスと関連付ける"),
    optional: true,
    asks: none,
    standing: ({ devices, unowned }) => {
      if (devices === 0) return standing("open", text("no devices yet", "デバイスがありません"), guideTo(8));
      return unowned
        ? standing("open", text("some devices have no owner", "所有者のないデバイスがあります"), guideTo(9))
        : done(text("every device has an owner", "すべてのデバイスに所有者がいます"));
    },
    steps: () => [
      step(
        "owner",
        `Devices › the device › デバイスの編集 › 所有者情報: type the name of a user or organisation, choose it, 「OK」. Many by a CSV file: ${line("devices import", ["FILE"])}. A user who belongs to an organisation is enough.`,
        `「Devices」でデバイスを選択し、「デバイスの編集」›「所有者情報」にユーザーか組織の名前を入力して候補から選び、「OK」。大量の場合は CSV で: ${line("devices import", ["FILE"])}。ユーザーが組織に所属していれば、ユーザーのみの関連付けで問題ありません。`,
        { where: same("CLOMO PANEL > Devices") },
      ),
    ],
  },
  {
    number: 10,
    id: "profiles",
    title: text("install profiles", "プロファイルをインストールする"),
    asks: () => ["onboarding.profiles"],
    standing: (facts) => byAnswer(facts, "onboarding.profiles", text("installed", "インストール済み"), 10),
    steps: () => PROFILES,
  },
  {
    number: 11,
    id: "apps",
    title: text("install apps", "アプリケーションをインストールする"),
    asks: ({ profile }) => (profile.mobileAppPortal === false ? [] : ["onboarding.apps"]),
    standing: (facts) =>
      facts.profile.mobileAppPortal === false
        ? standing("not-applicable", text("no contract for MOBILE APP PORTAL", "MOBILE APP PORTAL の契約がありません"))
        : byAnswer(facts, "onboarding.apps", text("installed", "インストール済み"), 11),
    steps: () => [
      step(
        "register",
        "Register the apps: MarketPlace (App Store, custom apps) or Enterprise (in-house).",
        "アプリを登録します。App Store のアプリとカスタム App は MarketPlace アプリ、社内用は Enterprise アプリです。",
      ),
      step(
        "install",
        "Install them by hand on a device, or automatically on all devices or those of an organisation.",
        "特定のデバイスに手動でインストールするか、すべてのデバイスまたは特定の組織のデバイスに自動インストールを設定します。",
      ),
    ],
  },
  {
    number: 12,
    id: "afterwards",
    title: text("afterwards", "導入後のさらなる活用"),
    optional: true,
    asks: none,
    standing: () => standing("not-applicable", text("to be read", "参考情報です")),
    steps: () => [
      step(
        "lost-mode",
        "Lost mode: locks a lost device from afar and fetches its location, with a message and a telephone number to call.",
        "紛失モード: デバイス側から解除不能な強制ロックをかけ、位置情報を強制取得します。任意のメッセージと取得時の連絡先を表示できます。",
      ),
      step(
        "messages",
        "Messages to the app CLOMO MDM Agent.",
        "メッセージを通知: CLOMO MDM Agent アプリにメッセージを送信します。",
      ),
      step("names", "Device names and wallpapers.", "デバイス名と壁紙の変更"),
    ],
  },
];

/** Where schools go in place of these steps. @see seed 003, first lines */
export const SCHOOLS = text(
  "These steps are not for schools that use Apple School Manager: follow the maker's page 「教育機関向け GIGA スクール構想実現に向けたデバイスセットアップの流れ」.",
  "教育機関等で Apple School Manager(ASM)を利用する場合は、この手順ではなく、「教育機関向け GIGA スクール構想実現に向けたデバイスセットアップの流れ」に沿って導入してください。",
);

/** How all steps stand; of schools, and where iOS is not used, none applies. */
export const standings = (facts: OnboardingFacts): readonly (StepStatus & { readonly step: OnboardingStep })[] =>
  ONBOARDING_STEPS.map((one) => {
    const why = inapplicable(facts);
    return { step: one, ...(why === undefined ? one.standing(facts) : standing("not-applicable", why)) };
  });

/** Why none of the steps applies; undefined where they do. */
export const inapplicable = (facts: OnboardingFacts): Text | undefined => {
  if (answered(facts, "onboarding.school") === "yes") return SCHOOLS;
  return facts.profile.ios === false
    ? text(
        `iOS is not used (${line("tenant set", [], { ios: "yes" })})`,
        `iOS を使いません(${line("tenant set", [], { ios: "yes" })} で変更)`,
      )
    : undefined;
};
