import { line, renderAdvice, step, type Advice } from "../../advice/index.ts";
import { NOT_TAKEN, type MirrorGaps } from "../../model/mirror.ts";
import type { SecuredApp } from "../../model/secured-user.ts";
import { isSupportOptionFree } from "../../rules/account.ts";
import { counted, same, shortened, text, type Text } from "../../text/index.ts";
import { typableName } from "../../text/shell-word.ts";
import { inOrder, lastLoginOf, type Administrator, type HandoverFacts, type Renewal } from "./facts.ts";
import { APPLICATION_FORM, RECORD_CONTACT } from "./items/contact.ts";
import { placeOf, REMOVE_SCHEDULE } from "./items/clomoctl.ts";
import { CASES } from "./items/rules.ts";
import { TOKENS_END } from "./items/apple-business.ts";
import { namesPerson, type Person } from "./people.ts";
import { GIVE_SUPPORT_OPTION } from "./support-option.ts";

/** What of a tenant only a look at other records tells: none of it is needed for the checklist. */
export interface LeaverRecords {
  /** names of the devices that the person owns */
  readonly devices: readonly string[];
  /** the SECURED APPs whose administrator the person is */
  readonly secured: readonly SecuredApp[];
  /** names of the custom administrator schemes that the person wrote */
  readonly schemes: readonly string[];
}

/** What hangs on somebody: in which step it is moved, and how. */
export interface HandoverStep {
  /** from 1, in the order in which to move them */
  readonly step: number;
  readonly what: Text;
  /** what to type, or to do */
  readonly mend: Text;
}

type LeaverFinding = Omit<HandoverStep, "step">;

const found = (what: Text, mend: Advice): LeaverFinding => ({ what, mend: renderAdvice(mend) });

/** The steps by which the support option moves: few may hold it, so one is freed first where no more may. @see facts 7.2 */
function supportSteps(facts: HandoverFacts, account: Administrator): readonly LeaverFinding[] {
  const holders = facts.administrators.filter(({ supportOption }) => supportOption);
  const on = found(
    text("turn the support option on for the successor", "後任のサポートオプションをオンにする"),
    GIVE_SUPPORT_OPTION,
  );
  if (!account.supportOption) {
    return facts.administrators.some((other) => other.id !== account.id && other.role === "system") ? [] : [on];
  }
  const off = found(
    text(`turn the support option of ${account.user} off`, `${account.user} さんのサポートオプションをオフにする`),
    line("clomo-account grant", [typableName(account.name ?? "", account.id)], { noSupportOption: true }),
  );
  return isSupportOptionFree(holders.map(({ user }) => user)) ? [on, off] : [off, on];
}

const guideOf = ({ name }: Renewal): string => line("renewals guide", [name]);

/** Whether a person signs in to an account, or holds its phone, by what was answered. */
const isHeld = ({ answers }: HandoverFacts, person: Person, prefix: string): boolean =>
  answers.some(
    ({ question, value }) =>
      (question === `${prefix}.holder` || question === `${prefix}.phone-holder`) && namesPerson(person, value),
  );

/** An account of which nobody has said who signs in: it may be in the hands of who leaves. @param what the account */
function unsaidSteps(
  { answers }: HandoverFacts,
  prefix: string,
  { used, what }: { readonly used: boolean; readonly what: Text },
): readonly LeaverFinding[] {
  const question = `${prefix}.holder`;
  if (!used || answers.some((answer) => answer.question === question)) return [];
  const command = line("handover answer", [question]);
  return [
    found(
      text(`${what.en}: nobody has answered who signs in to it`, `${what.ja}: サインインする人が未回答`),
      step(
        "ask who leaves whether it is this person, before the last day, then",
        "最終日までに、この人がサインインしているかどうか本人に確認してから",
        command,
      ),
    ),
  ];
}

/** Accounts at Apple: who leaves signs in to them, or holds the phone; or nobody has said who does. */
function appleSteps(facts: HandoverFacts, person: Person): readonly LeaverFinding[] {
  const { adeServer, pushCertificate, renewals } = facts;
  const ofKind = (...kinds: readonly Renewal["kind"][]): readonly Renewal[] =>
    renewals.filter(({ kind }) => kinds.includes(kind));
  const isOf = (items: readonly Renewal[]): boolean =>
    items.some(({ account, phoneHolder }) => namesPerson(person, account) || namesPerson(person, phoneHolder));
  const isPush = isHeld(facts, person, "push-certificate") || namesPerson(person, pushCertificate?.appleAccount);
  const isBusiness = isHeld(facts, person, "apple-business") || namesPerson(person, adeServer?.adminId);
  const tokens = ofKind("ade-token", "vpp-token");
  return [
    ...(isPush || isOf(ofKind("push-certificate"))
      ? [PUSH]
      : unsaidSteps(facts, "push-certificate", { used: ofKind("push-certificate").length > 0, what: PUSH.what })),
    ...(isBusiness || isOf(tokens)
      ? [
          BUSINESS,
          ...ofKind("vpp-token").map((token) =>
            found(text(`${token.name}: ${TOKENS_END.en}`, `${token.name}: ${TOKENS_END.ja}`), same(guideOf(token))),
          ),
        ]
      : unsaidSteps(facts, "apple-business", { used: tokens.length > 0, what: BUSINESS.what })),
  ];
}

const CONTACT = found(
  text("contact person of the contract", "契約の担当者"),
  step(
    `${APPLICATION_FORM.en}; once it is changed: ${RECORD_CONTACT}, then`,
    `${APPLICATION_FORM.ja}。変更されたら: ${RECORD_CONTACT}、その後`,
    line("handover answer", ["contact"]),
  ),
);

const PUSH = found(
  text("Apple Account of the push certificate", "プッシュ通知証明書の Apple Account"),
  step(
    "hand over the password, and have the telephone number for the code changed at Apple, never making a new certificate; then",
    "パスワードを引き継ぎ、認証コードを受け取る電話番号を Apple 側で変更(証明書は作り直さないでください)。その後",
    line("handover answer", ["push-certificate"]),
  ),
);

const BUSINESS = found(
  text("Apple Account of Apple Business Manager", "Apple Business Manager の管理用 Apple Account"),
  step(
    "hand over the password, and have the telephone number for the code changed at Apple; then",
    "パスワードを引き継ぎ、認証コードを受け取る電話番号を Apple 側で変更。その後",
    line("handover answer", ["apple-business"]),
  ),
);

/** The Google account that owns the Android Enterprise environment, with its last login. */
function googleSteps(facts: HandoverFacts, person: Person, timezone: string): readonly LeaverFinding[] {
  const owners = facts.renewals.filter(
    ({ kind, account, phoneHolder, confirmedBy }) =>
      kind === "android-owner" && [account, phoneHolder, confirmedBy].some((one) => namesPerson(person, one)),
  );
  if (owners.length === 0) {
    const used = facts.renewals.some(({ kind }) => kind === "android-owner");
    return isHeld(facts, person, "android") ? [GMAIL] : unsaidSteps(facts, "android", { used, what: GMAIL.what });
  }
  return owners.map((owner) => {
    const login = lastLoginOf(owner, timezone);
    const [en, ja] = login === null ? ["", ""] : [` (last login ${login})`, `(前回のログイン ${login})`];
    return found(text(`Google owner: ${owner.name}${en}`, `Google の所有者: ${owner.name}${ja}`), same(guideOf(owner)));
  });
}

const GMAIL = found(
  text("Gmail account of Android Enterprise", "Android Enterprise 管理用 Gmail アカウント"),
  step(
    "hand over the password and the phone, sign in once, then",
    "パスワードと電話を引き継ぎ、一度ログインしてから",
    line("handover answer", ["android"]),
  ),
);

/** What of clomoctl, and of what it records, is the person's. */
function ownSteps(facts: HandoverFacts, person: Person): readonly LeaverFinding[] {
  const { renewals, clomoctl } = facts;
  const owned = renewals
    .filter(({ owner }) => namesPerson(person, owner))
    .map(({ name }) =>
      found(
        text(`owner of the renewal ${name}`, `「${name}」の更新担当`),
        line("renewals edit", [name], { owner: "MAIL" }),
      ),
    );
  const recipients = (clomoctl?.recipients ?? [])
    .filter(({ name, address }) => namesPerson(person, name) || namesPerson(person, address))
    .map(({ name, address }) =>
      found(
        text(`recipient of notices: ${address ?? name}`, `通知先: ${address ?? name}`),
        step(
          "put the successor into notify.yaml, then",
          "notify.yaml の宛先を後任に変えてから",
          line("renewals notify", ["test"]),
        ),
      ),
    );
  const isUser = namesPerson(person, clomoctl?.user);
  const runs = isUser && clomoctl?.runs?.length !== 0 ? [SCHEDULE] : [];
  const asked = facts.answers.flatMap((answer) => {
    const { question, value } = answer;
    const { [question]: what } = OWNED;
    if (what === undefined || !namesPerson(person, value) || isOfFormerHome(facts, answer)) return [];
    return [
      found(text(`named as ${what.en}`, `${what.ja}として回答されています`), line("handover answer", [question])),
    ];
  });
  return [...owned, ...recipients, ...runs, ...asked];
}

const OWNER = "clomoctl.owner";

/** Questions that ask for a person, by what such a one is. */
const OWNED: Readonly<Record<string, Text>> = {
  [OWNER]: text("who looks after clomoctl", "clomoctl を管理している人"),
  "android.second-owner": text("second owner of Android Enterprise", "Android Enterprise の 2 人目の所有者"),
  ...Object.fromEntries(
    Object.entries<Text>(CASES).map(([name, { en, ja }]) => [
      `rules.${name}.owner`,
      text(`who keeps the rules for ${en}`, `${ja}時の社内ルールの管理者`),
    ]),
  ),
};

type QuestionSubject = Pick<HandoverFacts["answers"][number], "question" | "subject">;

/** Whether an answer is about clomoctl in another home than this one. */
const isOfFormerHome = ({ clomoctl }: HandoverFacts, { question, subject }: QuestionSubject): boolean =>
  question === OWNER && clomoctl !== null && subject !== placeOf(clomoctl).subject;

/** What was somebody's in former homes of clomoctl: nothing here can be answered of them any more. */
export const formerHomesOf = (facts: HandoverFacts, person: Person): readonly Text[] =>
  facts.answers
    .filter((answer) => isOfFormerHome(facts, answer) && namesPerson(person, answer.value))
    .map(({ subject }) => {
      const [en, ja] = subject === "" ? ["", ""] : [` (${subject})`, `(${subject})`];
      return text(
        `looked after clomoctl on the former machine${en}: if its daily run is still installed there, type there: ${REMOVE_SCHEDULE}`,
        `以前の PC${ja}の clomoctl を管理していました。毎日の自動実行がまだ登録されている場合は、その PC で: ${REMOVE_SCHEDULE}`,
      );
    });

const SCHEDULE = found(
  text("the daily run of clomoctl, as this user of the machine", "clomoctl の毎日の自動実行(この人の OS ユーザー)"),
  text(
    `as the user who stays: ${line("renewals schedule install", [])}; once that runs, as this user: ${REMOVE_SCHEDULE} (else both notify)`,
    `引き継ぐ人のユーザーで: ${line("renewals schedule install", [])}、登録したら、この人のユーザーで: ${REMOVE_SCHEDULE}(残すと両方から通知されます)`,
  ),
);

/** Devices that are named; all of them are counted. */
const MAX_NAMED = 10;

function recordSteps({ devices, secured, schemes }: LeaverRecords): readonly LeaverFinding[] {
  const named = shortened(devices.map(same), MAX_NAMED);
  return [
    ...secured.map((app) =>
      found(
        text(`administrator of SECURED ${app}`, `SECURED APPs(${app})の管理者`),
        line("secured administrators add", ["USERID"], { app }),
      ),
    ),
    ...(devices.length === 0
      ? []
      : [
          found(
            text(
              `owner of ${counted(devices.length, "device")}: ${named.en}`,
              `所有するデバイス ${devices.length} 台: ${named.ja}`,
            ),
            line("devices set-owner", [devices[0] ?? ""], { user: "MAIL" }),
          ),
        ]),
    ...schemes.map((name) =>
      found(
        text(
          `wrote the scheme ${name}: somebody else has to know what it is for`,
          `スキーム「${name}」の作成者: 目的を引き継ぐ`,
        ),
        line("roles schemes show", [name]),
      ),
    ),
  ];
}

/** What to look up in the console, as nothing here tells. @see seed 003, 9 */
const lookUpSteps = ({ devices, secured }: MirrorGaps): readonly LeaverFinding[] => [
  ...(devices
    ? [
        found(
          text(
            `the person's devices: ${NOT_TAKEN.en}, so not known here`,
            `所有するデバイス: ${NOT_TAKEN.ja}(ここでは分かりません)`,
          ),
          step(
            "look in CLOMO PANEL > Devices for those whose 「所有者情報」 is the person; to take them in",
            "CLOMO PANEL > Devices で、「所有者情報」欄がその人のデバイスを確認。取り込むには",
            line("devices import", ["FILE"], { fromConsole: true }),
          ),
        ),
      ]
    : []),
  ...(secured
    ? [
        found(
          text(
            `the person's SECURED APPs: ${NOT_TAKEN.en}, so not known here`,
            `SECURED APPs のユーザーと管理者: ${NOT_TAKEN.ja}(ここでは分かりません)`,
          ),
          step(
            "look in SECURED APPs MANAGER, at its users and Settings > Administrators; to take users in",
            "SECURED APPs MANAGER のユーザーと Settings > Administrators で確認。ユーザーを取り込むには",
            line("secured users import", ["FILE"], { app: "APP", fromConsole: true }),
          ),
        ),
      ]
    : []),
];

/**
 * What hangs on a person, in the order in which it is moved: first what needs somebody who still may, last the person's own
 * role. @see facts 7.2
 */
export function hangingOn(
  given: HandoverFacts,
  person: Person,
  {
    timezone,
    records,
    notTaken,
  }: {
    readonly timezone: string;
    readonly records?: LeaverRecords | undefined;
    /** undefined: everything was */
    readonly notTaken?: MirrorGaps | undefined;
  },
): readonly HandoverStep[] {
  const facts = inOrder(given);
  const { tenant, administrators } = facts;
  const account = administrators.find(({ id }) => id === person.id);
  const isContact = namesPerson(person, tenant.contactName) || namesPerson(person, tenant.contactMail);
  const steps: readonly LeaverFinding[] = [
    ...(isContact ? [CONTACT] : []),
    ...(account === undefined ? [] : supportSteps(facts, account)),
    ...appleSteps(facts, person),
    ...googleSteps(facts, person, timezone),
    ...ownSteps(facts, person),
    ...(records === undefined ? [] : recordSteps(records)),
    ...(notTaken === undefined ? [] : lookUpSteps(notTaken)),
    ...(account === undefined || account.role === "none"
      ? []
      : [
          found(
            text(
              `last: the role of ${account.user}: an account is never deleted, its role is taken away`,
              `最後に ${account.user} さんの管理者権限を外す(アカウントは削除できません)`,
            ),
            line("clomo-account revoke", [typableName(account.name ?? "", account.id)]),
          ),
        ]),
  ];
  return steps.map((step, at) => ({ step: at + 1, ...step }));
}
