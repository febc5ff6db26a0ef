import { commandName, line, type CommandLine, type Step as Advice } from "../advice/index.ts";
import { buildUsageCommand } from "../model/applies.ts";
import { RENEWAL_KINDS } from "../model/renewal.ts";
import { TENANT, type UsageName } from "../model/tenant.ts";
import { buildEnrolmentGuide, ENROLMENT_METHOD_NAMES } from "../renewals/guide/enrolment.ts";
import type { ContentStep } from "../renewals/guide/document.ts";
import { formatCount, joinTexts, same, text, type Text } from "../text/index.ts";
import { findOnboardingAnswer, type CredentialKind, type OnboardingFacts } from "./facts.ts";
import { buildIssueSteps } from "./first-issue.ts";

export const STEP_STATES = {
  done: text("done", "完了"),
  open: text("open", "未完了"),
  "not-applicable": text("not applicable", "対象外"),
} as const satisfies Readonly<Record<string, Text>>;

/** The state of a step, the reason, and what to do next. */
export type StepStatus = Advice & { readonly state: keyof typeof STEP_STATES };

/** One of the twelve onboarding steps of CLOMO's manual. @see seed 003; facts 4.8 */
export interface OnboardingStep {
  /** from 1 to 12, as in the manual */
  readonly number: number;
  readonly id: string;
  readonly title: Text;
  readonly optional?: true | undefined;
  readonly standing: (facts: OnboardingFacts) => StepStatus;
  readonly steps: (facts: OnboardingFacts) => readonly ContentStep[];
}

/** The command that asks what only people know. */
export const ASK_COMMAND = line("handover answer", ["onboarding"]);

const buildGuideCommand = (step: number): CommandLine => line("onboarding guide", [step]);

const createOpenStatus = (why: Text, next?: CommandLine): StepStatus => ({ state: "open", why, line: next });

const createDoneStatus = (why: Text): StepStatus => ({ state: "done", why });

const judgeByAnswer =
  (name: string, finished: Text, step: number) =>
  (facts: OnboardingFacts): StepStatus => {
    const value = findOnboardingAnswer(facts, name);
    if (value === "yes") return createDoneStatus(finished);
    return createOpenStatus(
      value === undefined ? text("not answered yet", "未回答です") : text("not yet", "まだです"),
      buildGuideCommand(step),
    );
  };

/** The credentials that are issued only if they are used, each with the field of the tenant that records the use. */
const OPTIONAL_CREDENTIALS = [
  ["ade-token", "ade"],
  ["vpp-token", "vpp"],
] as const satisfies readonly (readonly [CredentialKind, UsageName])[];

const isUsed = ({ profile, recorded }: OnboardingFacts, kind: CredentialKind, use: UsageName): boolean | null =>
  profile[use] ?? (recorded.includes(kind) ? true : null);

/** Returns the credentials to issue. The push certificate is compulsory. @see seed 003, 7 */
const findRequiredCredentials = (facts: OnboardingFacts): readonly CredentialKind[] => [
  "push-certificate",
  ...OPTIONAL_CREDENTIALS.flatMap(([kind, use]) => (isUsed(facts, kind, use) === true ? [kind] : [])),
];

function judgeCredentials(facts: OnboardingFacts): StepStatus {
  const required = findRequiredCredentials(facts);
  const missing = required.filter((kind) => !facts.recorded.includes(kind));
  const undecided = OPTIONAL_CREDENTIALS.flatMap(([kind, use]) => (isUsed(facts, kind, use) === null ? [use] : []));
  const pressing = facts.pressing.filter(({ kind }) => (required as readonly string[]).includes(kind));
  const reasons = [
    ...missing.map((kind) => text(`not recorded: ${RENEWAL_KINDS[kind].en}`, `未登録: ${RENEWAL_KINDS[kind].ja}`)),
    ...undecided.map(describeUndecidedUse),
    ...pressing.map(({ why }) => why),
  ];
  if (reasons.length === 0) return createDoneStatus(text("everything is recorded", "すべて登録済み"));
  const next = pressing[0]?.line ?? (undecided.length > 0 ? buildUsageCommand(undecided) : undefined);
  return createOpenStatus(joinTexts(reasons, text("; ", "。")), missing.length > 0 ? buildGuideCommand(7) : next);
}

const describeUndecidedUse = (use: UsageName): Text => {
  const { label } = TENANT.fields[use];
  return text(`it is not recorded whether ${label.en} is used`, `${label.ja} を使うかが未登録です`);
};

function judgeDevices(facts: OnboardingFacts): StepStatus {
  const count = text(formatCount(facts.devices, "device"), `デバイス ${facts.devices} 台`);
  if (facts.devices === 0) return createOpenStatus(count, buildGuideCommand(8));
  const unknown: Advice = {
    why: text(
      "it is not known which ADE devices have a profile: do not switch them on yet",
      "ADE デバイスのプロファイルが不明です(まだ電源を入れないでください)",
    ),
    line: line("ade sync", []),
  };
  const isUnknown = facts.isNeverSynced && isUsed(facts, "ade-token", "ade") === true;
  const notReady = facts.notReady ?? (isUnknown ? unknown : undefined);
  if (notReady === undefined) return createDoneStatus(count);
  return createOpenStatus(joinTexts([count, notReady.why]), notReady.line);
}

const createStep = (en: string, ja: string, more: Partial<ContentStep> = {}): ContentStep => ({
  what: text(en, ja),
  ...more,
});

/** @see facts 4.8 (3) */
const PREPARATION_STEPS: readonly ContentStep[] = [
  createStep(
    "The devices to enrol, and a browser for CLOMO PANEL.",
    "登録したいデバイスと、CLOMO PANEL を操作するためのブラウザ",
  ),
  createStep(
    "An Apple Account for the MDM push certificate (an ordinary Apple Account is sufficient). Every renewal requires the same account, so use an account of the organisation whose mailbox several people read (clomoctl's advice).",
    "MDM プッシュ通知証明書用の Apple Account(通常の Apple Account で問題ありません)。更新のたびに同じものが必要です。個人のものを避け、複数人が読めるメールアドレスにすることをおすすめします(clomoctl としての助言)。",
  ),
  createStep(
    "A contract for CLOMO MOBILE APP PORTAL, if you distribute apps.",
    "CLOMO MOBILE APP PORTAL のご契約(アプリケーションを配布する場合)",
    {
      where: same("CLOMO PANEL > HOME > 「Applications」"),
      trap: text(
        "Without this contract, apps cannot be distributed.",
        "未契約の場合、CLOMO からアプリケーションを配布できません。",
      ),
    },
  ),
  createStep(
    "For ADE and VPP: a registration with Apple Business Manager. It requires the contact person's name, work email address and telephone number (for two-factor authentication), the company's name, address, telephone number, D-U-N-S number and website, and the name, email address and title of a person with decision-making authority.",
    "ADE・VPP を利用する場合: Apple Business Manager(ABM)への事前登録。担当者の氏名・勤務先メールアドレス・電話番号(2ファクタ認証に使用)、会社名・住所・電話番号・D-U-N-S 番号・Webサイト、決裁権を有する人の氏名・メールアドレス・役職名が必要です。",
    {
      trap: text(
        "Apple's review may take one to two weeks.",
        "Apple 社による審査のため、1〜2週間程度必要な場合があります。",
      ),
    },
  ),
  createStep(
    "For manual set-up: a Mac with Apple Configurator, and a cable.",
    "手動で設定する場合: Apple Configurator がインストールされた Mac とケーブル",
  ),
];

/** @see seed 003, 5 */
const ADMINISTRATOR_STEPS: readonly ContentStep[] = [
  createStep(
    "Enter a name and an email address to create a user, and click 「保存」. Then open the user › 「CLOMO アカウント」 › 「編集」, set the account name, password, 管理者権限 (システム管理者), サポートオプション, language and time zone, and click 「保存」.",
    "氏名とメールアドレスを入力してユーザーを作成し「保存」。作成したユーザー ›「CLOMO アカウント」›「編集」で、アカウント名、パスワード、管理者権限(システム管理者)、サポートオプション、言語、タイムゾーンを設定して「保存」をクリックします。",
    {
      where: same("CLOMO PANEL > Users/Org > Add User"),
      trap: text(
        "Create one account per person. If people share an account, nobody can tell who did what. At most five accounts can have the support option.",
        "1名に対して1つのアカウントを作成してください。使い回すと、だれが作業したのか不明になります。サポートオプションは 5 名までです。",
      ),
      check: text(
        `To do this with commands: ${commandName("clomo-account create")}, then ${commandName("clomo-account edit")}`,
        `コマンドで行う場合: ${commandName("clomo-account create")}、続けて ${commandName("clomo-account edit")}`,
      ),
    },
  ),
];

/** @see seed 003, 6 */
const DIRECTORY_STEPS: readonly ContentStep[] = [
  createStep(
    `Organisations: click 「Add Org」, enter the name and code, and click 「保存」. For many organisations, use a CSV file: ${line("orgs template", [])}, then ${line("orgs import", ["FILE"])}`,
    `組織: 「Add Org」で組織名と組織コードを入力し「保存」。大量の場合は CSV で: ${line("orgs template", [])}、続けて ${line("orgs import", ["FILE"])}`,
    { where: same("CLOMO PANEL > Users/Org") },
  ),
  createStep(
    `Users: click 「Add User」, fill in the form including 「所属組織」, and click 「保存」. For many users, use a CSV file: ${line("users template", [])}, then ${line("users import", ["FILE"])}`,
    `ユーザー: 「Add User」で「所属組織」も入力し「保存」。大量の場合は CSV で: ${line("users template", [])}、続けて ${line("users import", ["FILE"])}`,
    { where: same("CLOMO PANEL > Users/Org") },
  ),
];

const PROFILE_STEPS: readonly ContentStep[] = [
  createStep(
    "Decide which profiles you need (パスコード設定, 制限設定, サービス接続設定 and others); CLOMO's manual lists the fifteen kinds.",
    "必要なプロファイル(パスコード設定、制限設定、サービス接続設定など)を決めます。15 種類の一覧は CLOMO のマニュアルにあります。",
    {
      trap: text(
        "コンテンツフィルタ, シングル App モード, グローバル HTTP プロキシ and ホーム画面レイアウト設定 apply to supervised devices only.",
        "コンテンツフィルタ、シングル App モード、グローバル HTTP プロキシ、ホーム画面レイアウト設定は監視対象モードのみです。",
      ),
    },
  ),
  createStep(
    "Install profiles manually on a device, or set them to be installed automatically on all devices or on the devices of an organisation.",
    "特定のデバイスに手動で適用するか、すべてのデバイスまたは特定の組織のデバイスに自動インストールを設定します。",
    {
      trap: text(
        "If you save a change to the automatic profiles, commands are sent to all enrolled devices.",
        "自動適用プロファイルの変更を保存すると、登録済みのすべてのデバイスにコマンドが送信されます。",
      ),
    },
  ),
];

/** The twelve onboarding steps, in the order of CLOMO's manual. @see seed 003 */
export const ONBOARDING_STEPS: readonly OnboardingStep[] = [
  {
    number: 1,
    id: "devices-mode",
    title: text("decide how devices are managed", "デバイスの管理状態を決める"),
    standing: (facts) =>
      findOnboardingAnswer(facts, "way") === undefined
        ? createOpenStatus(text("not answered yet", "未回答です"), ASK_COMMAND)
        : createDoneStatus(text("decided", "決定済み")),
    steps: () => [
      createStep(
        "Decide whether devices are supervised (recommended: many more functions). With ADE, buy ADE devices from a dealer or turn devices into ADE devices by hand; users cannot remove them from CLOMO if the ADE profile forbids it. Without ADE, set up each device by hand; its user can remove the MDM profile.",
        "監視対象モード(おすすめ。利用できる機能が大幅に増えます)にするかを決めます。ADE を使う場合は、代理店から購入する方法と手動で ADE デバイスにする方法があり、ユーザーが勝手に CLOMO 管理下からデバイスを外すことを防げます。ADE を使わない場合は 1 台ずつ手動で設定し、デバイス側の操作で MDM 構成プロファイルを削除できます。",
      ),
      createStep(
        "The app CLOMO MDM Agent for iOS (recommended): location reports, the portal, Work Smart, messages.",
        "CLOMO MDM Agent for iOS アプリ(おすすめ): 位置情報取得、ポータル機能、ワーク・スマート機能、メッセージの送受信",
      ),
    ],
  },
  {
    number: 2,
    id: "apps-mode",
    title: text("decide how apps are managed", "アプリケーションの管理方法を決める"),
    standing: ({ profile: { vpp } }) =>
      vpp === null
        ? createOpenStatus(describeUndecidedUse("vpp"), buildUsageCommand(["vpp"]))
        : createDoneStatus(vpp ? text("VPP is used", "VPP を使う") : text("VPP is not used", "VPP を使わない")),
    steps: () => [
      createStep(
        `With VPP (recommended), apps can be distributed to devices without an Apple Account, and installed silently on supervised devices. To record whether you use VPP: ${buildUsageCommand(["vpp"])}`,
        `VPP を使うと(おすすめ)、Apple Account を設定していないデバイスにもアプリを一括配布でき、監視対象モードではサイレントインストールができます。VPP を使うかどうかの登録: ${buildUsageCommand(["vpp"])}`,
      ),
    ],
  },
  {
    number: 3,
    id: "prepare",
    title: text("prepare what is needed", "必要なものを用意する"),
    standing: judgeByAnswer("prepared", text("everything is prepared", "用意済み"), 3),
    steps: () => PREPARATION_STEPS,
  },
  {
    number: 4,
    id: "login",
    title: text("log in to CLOMO PANEL", "CLOMO PANEL にログインする"),
    standing: judgeByAnswer("login", text("the contact person has logged in", "ログイン済み"), 4),
    steps: () => [
      createStep(
        `Open the 「ログイン URL」 in the mail 「[CLOMO PANEL] 登録完了のお知らせ」, and log in with the account and the password from the mail. To record the URL: ${line("tenant set", [], { loginUrl: "URL" })}`,
        `「[CLOMO PANEL] 登録完了のお知らせ」メールの「ログイン URL」を開き、メールの「アカウント」「パスワード」でログインします。アドレスの登録: ${line("tenant set", [], { loginUrl: "URL" })}`,
        {
          trap: text(
            "At this point, only the contact person, who received the email, can log in.",
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
    standing: ({ systemAdministrators: number }) => {
      const why = text(formatCount(number, "system administrator"), `システム管理者 ${number} 人`);
      return number > 1 ? createDoneStatus(why) : createOpenStatus(why, buildGuideCommand(5));
    },
    steps: () => ADMINISTRATOR_STEPS,
  },
  {
    number: 6,
    id: "directory",
    title: text("create organisations and users", "組織やユーザーを作成する"),
    optional: true,
    standing: (facts) => {
      const { users, orgs } = facts;
      const why = text(
        `${formatCount(orgs, "organisation")}, ${formatCount(users, "user")}`,
        `組織 ${orgs} 件、ユーザー ${users} 人`,
      );
      return users > 0 ? createDoneStatus(why) : createOpenStatus(why, line("users template", []));
    },
    steps: () => DIRECTORY_STEPS,
  },
  {
    number: 7,
    id: "issued",
    title: text("set up the push certificate, ADE and VPP", "初期設定をする(プッシュ通知証明書・ADE・VPP)"),
    standing: judgeCredentials,
    steps: (facts) => findRequiredCredentials(facts).flatMap((kind) => buildIssueSteps(facts, kind)),
  },
  {
    number: 8,
    id: "devices",
    title: text("register devices", "デバイスを登録する"),
    standing: judgeDevices,
    steps: (facts) => {
      const way = ENROLMENT_METHOD_NAMES.find((one) => one === findOnboardingAnswer(facts, "way"));
      if (way !== undefined) return buildEnrolmentGuide(way).steps;
      return [
        createStep(
          "First decide how devices are managed (step 1).",
          "先にデバイスの管理状態を決めてください(手順 1)。",
        ),
      ];
    },
  },
  {
    number: 9,
    id: "owners",
    title: text("assign owners to devices", "組織やユーザーをデバイスと関連付ける"),
    optional: true,
    standing: ({ devices, unowned }) =>
      devices > 0 && !unowned
        ? createDoneStatus(text("every device has an owner", "すべてのデバイスに所有者がいます"))
        : createOpenStatus(
            text("some devices have no owner", "所有者のいないデバイスがあります"),
            buildGuideCommand(devices === 0 ? 8 : 9),
          ),
    steps: () => [
      createStep(
        `Devices › the device › デバイスの編集 › 所有者情報: type the name of a user or organisation, select it from the suggestions, and click 「OK」. For many devices, use a CSV file: ${line("devices import", ["FILE"])}. If a user belongs to an organisation, it is sufficient to assign the user.`,
        `「Devices」でデバイスを選択し、「デバイスの編集」›「所有者情報」にユーザーか組織の名前を入力して候補から選び、「OK」。大量の場合は CSV で: ${line("devices import", ["FILE"])}。ユーザーが組織に所属していれば、ユーザーのみの関連付けで問題ありません。`,
        { where: same("CLOMO PANEL > Devices") },
      ),
    ],
  },
  {
    number: 10,
    id: "profiles",
    title: text("install profiles", "プロファイルをインストールする"),
    standing: judgeByAnswer("profiles", text("installed", "インストール済み"), 10),
    steps: () => PROFILE_STEPS,
  },
  {
    number: 11,
    id: "apps",
    title: text("install apps", "アプリケーションをインストールする"),
    standing: (facts) =>
      facts.profile.mobileAppPortal === false
        ? { state: "not-applicable", why: text("no contract for the portal", "MOBILE APP PORTAL の契約がありません") }
        : judgeByAnswer("apps", text("installed", "インストール済み"), 11)(facts),
    steps: () => [
      createStep(
        "Register the apps: App Store apps and custom apps as MarketPlace apps, in-house apps as Enterprise apps.",
        "アプリを登録します。App Store のアプリとカスタム App は MarketPlace アプリ、社内用は Enterprise アプリです。",
      ),
      createStep(
        "Install apps manually on a device, or set them to be installed automatically on all devices or on the devices of an organisation.",
        "特定のデバイスに手動でインストールするか、すべてのデバイスまたは特定の組織のデバイスに自動インストールを設定します。",
      ),
    ],
  },
  {
    number: 12,
    id: "afterwards",
    title: text("make further use of CLOMO", "導入後のさらなる活用"),
    optional: true,
    standing: () => ({ state: "not-applicable", why: text("for reference only", "参考情報です") }),
    steps: () => [
      createStep(
        "Lost mode: lock a lost device remotely and get its location. You can show a message and a contact telephone number on the device.",
        "紛失モード: デバイス側から解除不能な強制ロックをかけ、位置情報を強制取得します。任意のメッセージと取得時の連絡先を表示できます。",
      ),
      createStep(
        "Messages: send messages to the app CLOMO MDM Agent.",
        "メッセージを通知: CLOMO MDM Agent アプリにメッセージを送信します。",
      ),
      createStep("Change device names and wallpapers.", "デバイス名と壁紙の変更"),
    ],
  },
];

/** Returns the state of each step. No step applies to a tenant that does not use iOS. */
export const evaluateSteps = (facts: OnboardingFacts): readonly (StepStatus & { readonly step: OnboardingStep })[] => {
  const why = describeInapplicability(facts);
  return ONBOARDING_STEPS.map((step) => ({
    step,
    ...(why === undefined ? step.standing(facts) : { state: "not-applicable", why }),
  }));
};

/** Returns why none of the steps applies; undefined if they apply. */
export const describeInapplicability = ({ profile }: OnboardingFacts): Text | undefined =>
  profile.ios === false
    ? text(
        `iOS is not used (to change this: ${line("tenant set", [], { ios: "yes" })})`,
        `iOS を使わない設定です(変更するには: ${line("tenant set", [], { ios: "yes" })})`,
      )
    : undefined;
