import { line, renderAdvice, step, type Advice, type CommandLine } from "../../advice/index.ts";
import { NOT_IMPORTED_NOTE, type MirrorGaps } from "../../model/mirror.ts";
import type { SecuredApp } from "../../model/secured-user.ts";
import { isSupportOptionAvailable } from "../../model/role.ts";
import { formatCount, same, joinFirstTexts, text, type Text } from "../../text/index.ts";
import { toTypableName } from "../../text/shell-word.ts";
import { sortFacts, findLastLogin, type Administrator, type HandoverFacts, type Renewal } from "./facts.ts";
import { CONTACT_CHANGE_INSTRUCTIONS, RECORD_CONTACT_COMMAND } from "./items/contact.ts";
import { RULE_CASES } from "./items/rules.ts";
import { PASSWORD_CHANGE_NOTE } from "./items/apple-business.ts";
import { mentionsPerson, type Person } from "./people.ts";
import { SUPPORT_OPTION_INSTRUCTIONS } from "./support-option.ts";

/** A tenant's records that depend on a leaver. Only leaver steps need them; the checklist does not. */
export interface LeaverRecords {
  /** names of the devices that the person owns */
  readonly devices: readonly string[];
  /** the SECURED APPs in which the person is an administrator */
  readonly secured: readonly SecuredApp[];
  /** names of the custom schemes that the person created or changed */
  readonly schemes: readonly string[];
}

/** Something that depends on a person, with its step in the handover and how to hand it over. */
export interface HandoverStep {
  readonly step: number;
  readonly what: Text;
  /** what to type or to do */
  readonly mend: Text;
}

type LeaverFinding = Omit<HandoverStep, "step">;

const createLeaverFinding = (what: Text, mend: Advice): LeaverFinding => ({ what, mend: renderAdvice(mend) });

/**
 * Returns the steps that transfer the support option. The number of accounts with this option is limited: if the limit
 * is reached, the option is turned off before it is turned on.
 * @see facts 7.2
 */
function buildSupportOptionSteps(facts: HandoverFacts, account: Administrator): readonly LeaverFinding[] {
  const holders = facts.administrators.filter(({ supportOption }) => supportOption);
  const on = createLeaverFinding(
    text("turn on the support option for the successor", "後任のサポートオプションをオンにする"),
    SUPPORT_OPTION_INSTRUCTIONS,
  );
  if (!account.supportOption) {
    return facts.administrators.some((other) => other.id !== account.id && other.role === "system") ? [] : [on];
  }
  const off = createLeaverFinding(
    text(`turn off the support option of ${account.user}`, `${account.user} さんのサポートオプションをオフにする`),
    line("clomo-account edit", [toTypableName(account.name ?? "", account.id)], { noSupportOption: true }),
  );
  return isSupportOptionAvailable(holders.map(({ user }) => user)) ? [on, off] : [off, on];
}

const buildGuideCommand = ({ name }: Renewal): CommandLine => line("renewals guide", [name]);

const isAccountHolder = ({ answers }: HandoverFacts, person: Person, prefix: string): boolean =>
  answers.some(
    ({ question, value }) =>
      (question === `${prefix}.holder` || question === `${prefix}.phone-holder`) && mentionsPerson(person, value),
  );

function buildUnknownHolderSteps(
  { answers }: HandoverFacts,
  prefix: string,
  { used, what }: { readonly used: boolean; readonly what: Text },
): readonly LeaverFinding[] {
  const question = `${prefix}.holder`;
  if (!used || answers.some((answer) => answer.question === question)) return [];
  const command = line("handover answer", [question]);
  return [
    createLeaverFinding(
      text(`${what.en}: nobody has answered who signs in`, `${what.ja}: サインインする人が未回答`),
      step(
        "before the last day, ask the leaver whether they sign in, then record the answer",
        "最終日までに、退職者がサインインしているかどうかを本人に確認してから回答",
        command,
      ),
    ),
  ];
}

function buildAppleSteps(facts: HandoverFacts, person: Person): readonly LeaverFinding[] {
  const { adeServer, renewals } = facts;
  const ofKind = (...kinds: readonly Renewal["kind"][]): readonly Renewal[] =>
    renewals.filter(({ kind }) => kinds.includes(kind));
  const isOf = (items: readonly Renewal[]): boolean =>
    items.some(({ account, phoneHolder }) => mentionsPerson(person, account) || mentionsPerson(person, phoneHolder));
  const isPush = isAccountHolder(facts, person, "push-certificate");
  const isBusiness = isAccountHolder(facts, person, "apple-business") || mentionsPerson(person, adeServer?.adminId);
  const tokens = ofKind("ade-token", "vpp-token");
  return [
    ...(isPush || isOf(ofKind("push-certificate"))
      ? [PUSH_CERTIFICATE_STEP]
      : buildUnknownHolderSteps(facts, "push-certificate", {
          used: ofKind("push-certificate").length > 0,
          what: PUSH_CERTIFICATE_STEP.what,
        })),
    ...(isBusiness || isOf(tokens)
      ? [
          APPLE_BUSINESS_STEP,
          ...ofKind("vpp-token").map((token) =>
            createLeaverFinding(
              text(`${token.name}: ${PASSWORD_CHANGE_NOTE.en}`, `${token.name}: ${PASSWORD_CHANGE_NOTE.ja}`),
              same(buildGuideCommand(token)),
            ),
          ),
        ]
      : buildUnknownHolderSteps(facts, "apple-business", { used: tokens.length > 0, what: APPLE_BUSINESS_STEP.what })),
  ];
}

const CONTACT_STEP = createLeaverFinding(
  text("contact person of the contract", "契約の担当者"),
  step(
    `${CONTACT_CHANGE_INSTRUCTIONS.en}; once the contact person is changed: ${RECORD_CONTACT_COMMAND}, then update the answers`,
    `${CONTACT_CHANGE_INSTRUCTIONS.ja}。変更されたら: ${RECORD_CONTACT_COMMAND}、その後、回答を更新`,
    line("handover answer", ["contact"]),
  ),
);

const PUSH_CERTIFICATE_STEP = createLeaverFinding(
  text("Apple Account of the push certificate", "プッシュ通知証明書の Apple Account"),
  step(
    "hand over the password, and change the telephone number for the 2-factor code at Apple (never create a new certificate); then update the answers",
    "パスワードを引き継ぎ、認証コードを受け取る電話番号を Apple 側で変更(証明書は作り直さないでください)。その後、回答を更新",
    line("handover answer", ["push-certificate"]),
  ),
);

const APPLE_BUSINESS_STEP = createLeaverFinding(
  text("Apple Account of Apple Business Manager", "Apple Business Manager の管理用 Apple Account"),
  step(
    "hand over the password, and change the telephone number for the 2-factor code at Apple; then update the answers",
    "パスワードを引き継ぎ、認証コードを受け取る電話番号を Apple 側で変更。その後、回答を更新",
    line("handover answer", ["apple-business"]),
  ),
);

function buildGoogleSteps(facts: HandoverFacts, person: Person, timezone: string): readonly LeaverFinding[] {
  const owners = facts.renewals.filter(
    ({ kind, account, phoneHolder, confirmedBy }) =>
      kind === "android-owner" && [account, phoneHolder, confirmedBy].some((one) => mentionsPerson(person, one)),
  );
  if (owners.length === 0) {
    const used = facts.renewals.some(({ kind }) => kind === "android-owner");
    return isAccountHolder(facts, person, "android")
      ? [GMAIL_STEP]
      : buildUnknownHolderSteps(facts, "android", { used, what: GMAIL_STEP.what });
  }
  return owners.map((owner) => {
    const login = findLastLogin(owner, timezone);
    const [en, ja] = login === null ? ["", ""] : [` (last login ${login})`, `(前回のログイン ${login})`];
    return createLeaverFinding(
      text(
        `owner of Android Enterprise at Google: ${owner.name}${en}`,
        `Android Enterprise の所有者(Google アカウント): ${owner.name}${ja}`,
      ),
      same(buildGuideCommand(owner)),
    );
  });
}

const GMAIL_STEP = createLeaverFinding(
  text("Gmail account of Android Enterprise", "Android Enterprise 管理用 Gmail アカウント"),
  step(
    "hand over the password and the phone, log in once, then update the answers",
    "パスワードと電話を引き継ぎ、一度ログインしてから回答を更新",
    line("handover answer", ["android"]),
  ),
);

function buildRecordedSteps(facts: HandoverFacts, person: Person): readonly LeaverFinding[] {
  const owned = facts.renewals
    .filter(({ owner }) => mentionsPerson(person, owner))
    .map(({ name }) =>
      createLeaverFinding(
        text(`owner of the renewal item ${name}`, `「${name}」の更新担当`),
        line("renewals edit", [name], { owner: "MAIL" }),
      ),
    );
  const asked = facts.answers.flatMap(({ question, value }) => {
    const { [question]: what } = PERSON_QUESTIONS;
    if (what === undefined || !mentionsPerson(person, value)) return [];
    return [
      createLeaverFinding(
        text(`listed in an answer as ${what.en}`, `${what.ja}として回答されています`),
        line("handover answer", [question]),
      ),
    ];
  });
  return [...owned, ...asked];
}

const PERSON_QUESTIONS: Readonly<Record<string, Text>> = {
  "android.second-owner": text("the second owner of Android Enterprise", "Android Enterprise の 2 人目の所有者"),
  ...Object.fromEntries(
    Object.entries<Text>(RULE_CASES).map(([name, { en, ja }]) => [
      `rules.${name}.owner`,
      text(`the person who maintains the rules for ${en}`, `${ja}時の社内ルールの管理者`),
    ]),
  ),
};

const MAX_NAMED_DEVICES = 10;

function buildRecordSteps({ devices, secured, schemes }: LeaverRecords): readonly LeaverFinding[] {
  const named = joinFirstTexts(devices.map(same), MAX_NAMED_DEVICES);
  return [
    ...secured.map((app) =>
      createLeaverFinding(
        text(`administrator of SECURED ${app}`, `SECURED APPs(${app})の管理者`),
        line("secured users edit", ["USERID"], { app, administrator: "yes" }),
      ),
    ),
    ...(devices.length === 0
      ? []
      : [
          createLeaverFinding(
            text(
              `owner of ${formatCount(devices.length, "device")}: ${named.en}`,
              `所有するデバイス ${devices.length} 台: ${named.ja}`,
            ),
            line("devices set-owner", [devices[0] ?? ""], { user: "MAIL" }),
          ),
        ]),
    ...schemes.map((name) =>
      createLeaverFinding(
        text(
          `created or changed the scheme ${name}: somebody else needs to know its purpose`,
          `スキーム「${name}」の作成・変更: 目的を後任に引き継ぐ`,
        ),
        line("roles schemes show", [name]),
      ),
    ),
  ];
}

/**
 * Returns the steps for what must be looked up in the console because the mirror does not contain it. @see seed 003, 9
 */
const buildLookUpSteps = ({ devices, secured }: MirrorGaps): readonly LeaverFinding[] => [
  ...(devices
    ? [
        createLeaverFinding(
          text(
            `the person's devices: ${NOT_IMPORTED_NOTE.en}, so the mirror does not list them`,
            `所有するデバイス: ${NOT_IMPORTED_NOTE.ja}(ミラーではわかりません)`,
          ),
          step(
            "in CLOMO PANEL > Devices, look for devices whose owner (所有者情報) is the leaver; to import the devices from the console",
            "CLOMO PANEL > Devices で、「所有者情報」欄がその人のデバイスを確認。デバイスを取り込むには",
            line("console sync", ["EXPORT.csv"]),
          ),
        ),
      ]
    : []),
  ...(secured
    ? [
        createLeaverFinding(
          text(
            `the person's SECURED APPs: ${NOT_IMPORTED_NOTE.en}, so the mirror does not list them`,
            `SECURED APPs のユーザーと管理者: ${NOT_IMPORTED_NOTE.ja}(ミラーではわかりません)`,
          ),
          step(
            "in SECURED APPs MANAGER, check the users and Settings > Administrators; to import the users from the console",
            "SECURED APPs MANAGER のユーザーと Settings > Administrators で確認。ユーザーを取り込むには",
            line("console sync", ["EXPORT.csv"]).with("--app", "APP"),
          ),
        ),
      ]
    : []),
];

/**
 * Returns what depends on a person, in the order of the handover. First comes what only somebody with the necessary
 * rights can hand over; the person's own role comes last.
 * @see facts 7.2
 */
export function buildHandoverSteps(
  given: HandoverFacts,
  person: Person,
  {
    timezone,
    records,
    notTaken,
  }: {
    readonly timezone: string;
    readonly records?: LeaverRecords | undefined;
    /** what was not imported from the console; undefined: everything was imported */
    readonly notTaken?: MirrorGaps | undefined;
  },
): readonly HandoverStep[] {
  const facts = sortFacts(given);
  const { tenant, administrators } = facts;
  const account = administrators.find(({ id }) => id === person.id);
  const isContact = mentionsPerson(person, tenant.contactName) || mentionsPerson(person, tenant.contactMail);
  const steps: readonly LeaverFinding[] = [
    ...(isContact ? [CONTACT_STEP] : []),
    ...(account === undefined ? [] : buildSupportOptionSteps(facts, account)),
    ...buildAppleSteps(facts, person),
    ...buildGoogleSteps(facts, person, timezone),
    ...buildRecordedSteps(facts, person),
    ...(records === undefined ? [] : buildRecordSteps(records)),
    ...(notTaken === undefined ? [] : buildLookUpSteps(notTaken)),
    ...(account === undefined || account.role === "none"
      ? []
      : [
          createLeaverFinding(
            text(
              `last, remove the role of ${account.user}: accounts cannot be deleted`,
              `最後に ${account.user} さんの管理者権限を外す(アカウントは削除できません)`,
            ),
            line("clomo-account revoke", [toTypableName(account.name ?? "", account.id)]),
          ),
        ]),
  ];
  return steps.map((step, at) => ({ step: at + 1, ...step }));
}
