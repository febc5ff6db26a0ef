import type { AdeHealthFacts } from "../../derived/ade-health.ts";
import { buildEndCommand } from "../../derived/applicability.ts";
import {
  RECORDED_FIELDS,
  RENEWAL_KINDS,
  type RenewalItem,
  type RenewalKind,
  formatTwoFactorPhone,
  EXPIRY_CONSEQUENCES,
  isUploadedKind,
} from "../../nouns/renewal.ts";
import { same, text, type Text } from "../../text/index.ts";
import { fillGuide, type FilledGuide } from "./fill.ts";
import { line, type CommandLine } from "../../advice/index.ts";

interface OwnToken {
  readonly server: string | null;
}

/** Returns undefined if the item is not the tenant's token. @param item null for any ADE token */
export function findOwnToken(
  { mirror, server, token }: Pick<AdeHealthFacts, "mirror" | "token"> & { readonly server: { name: string } | null },
  item: Pick<RenewalItem, "id" | "expiresAt"> | null,
): OwnToken | undefined {
  if (token === null || mirror) return undefined;
  const isSame =
    item === null ||
    item.id === token.renewal ||
    (item.expiresAt !== null && Date.parse(item.expiresAt) === Date.parse(token.expiresAt));
  return isSame ? { server: server?.name ?? null } : undefined;
}

const ADMINISTRATOR_APPLE_ACCOUNT = text("the administrator's Apple Account", "管理用 Apple Account");
const APPLE_DEVELOPER_ACCOUNT = text("the Apple Developer account", "Apple Developer アカウント");

/** @see seed 002, 4 */
const RENEWAL_ACCOUNTS: Readonly<Partial<Record<RenewalKind, Text>>> = {
  "push-certificate": text("the Apple Account", "Apple Account"),
  "ade-token": ADMINISTRATOR_APPLE_ACCOUNT,
  "vpp-token": ADMINISTRATOR_APPLE_ACCOUNT,
  "android-owner": text("the Google account", "Google アカウント"),
  "agent-build-certificate": APPLE_DEVELOPER_ACCOUNT,
  "agent-push-certificate": APPLE_DEVELOPER_ACCOUNT,
  "agent-profile": APPLE_DEVELOPER_ACCOUNT,
};

/** In Japanese, a space separates full-width characters from Latin letters. */
function describeRenewalAccount(kind: RenewalKind, known: RenewalItem | null): Text {
  const { [kind]: named = text("the account", "アカウント") } = RENEWAL_ACCOUNTS;
  const { en, ja } = named;
  const account = known?.account ?? null;
  if (account !== null) return text(`${en} ${account}`, `${ja}「${account}」`);
  const [before, behind] = [/^\w/, /\w$/].map((letter) => (letter.test(ja) ? " " : ""));
  return text(`${en} that was used last time`, `前回使った${before}${ja}${behind}`);
}

const describePhone = (known: RenewalItem | null): Text => {
  const recorded = known === null ? null : formatTwoFactorPhone(known);
  return recorded === null
    ? text("the phone that receives the account's 2-factor code", "2ファクタ認証コードを受け取る電話")
    : text(
        `the phone that receives the account's 2-factor code (${recorded})`,
        `2ファクタ認証コードを受け取る電話(${recorded})`,
      );
};

const OLD_FILE_PLACEHOLDER = "OLD";

/** @see facts 3.3 */
const REQUEST_FILE = "CertificateSigningRequest.csr";

const PUSH_CERTIFICATE_FILE = "MDM_i3Systems,Inc._Certificate.pem";

const RENEWED_FILES: Readonly<Partial<Record<RenewalKind, string>>> = {
  "push-certificate": PUSH_CERTIFICATE_FILE,
  "ade-token": "SERVER_Token_TIMEZ_smime.p7m",
  "vpp-token": "sToken_for_PLACE_.vpptoken",
};

function buildRecordCommand(kind: RenewalKind, known: RenewalItem | null): CommandLine {
  const { [kind]: file = "FILE" } = RENEWED_FILES;
  const name = known?.name ?? "NAME";
  if (kind === "android-owner")
    return known === null
      ? line("renewals add", [name], { kind, lastLogin: "DATE" })
      : line("renewals renew", [name], { signedIn: "DATE", by: "NAME" });
  if (known?.record !== undefined) return buildEndCommand(known.record);
  if (kind === "contract") return line("tenant set", [], { contract: name, until: "DATE" });
  if (kind === "device-certificate" || kind === "custom")
    return known === null
      ? line("renewals add", [name], { kind, expires: "DATE" })
      : line("renewals edit", [name], { expires: "DATE" });
  return known === null
    ? line("renewals add", [name], { kind, file })
    : line("renewals renew", [name, file], { consoleShows: isUploadedKind(kind) ? "DATE" : undefined });
}

const AGENT_ITEM_NAMES: Readonly<Partial<Record<RenewalKind, Text>>> = {
  "agent-build-certificate": text("certificate of the build", "ビルド用証明書"),
  "agent-push-certificate": text("push certificate", "プッシュ通知用証明書"),
  "agent-profile": text("provisioning profile", "プロビジョニングプロファイル"),
};

/** @see facts 3.5; decision 025 */
function fillKindGuide(kind: RenewalKind, known: RenewalItem | null, item: Text, own: OwnToken | undefined) {
  const [account, phone] = [describeRenewalAccount(kind, known), describePhone(known)];
  if (own !== undefined) {
    const server = own.server === null ? same("") : same(` (${own.server})`);
    return fillGuide("own-ade-token", { item, account, phone, server });
  }
  const topic = known?.topic ?? null;
  const files = kind === "push-certificate" ? { new: PUSH_CERTIFICATE_FILE, csr: REQUEST_FILE } : { new: "NEW" };
  const { [kind]: part } = AGENT_ITEM_NAMES;
  return fillGuide(part === undefined ? (kind as Exclude<RenewalKind, `agent-${string}`>) : "agent-enterprise", {
    item,
    account,
    phone,
    topic: topic === null ? null : same(topic),
    verify: same(line("renewals verify", [], { current: known?.source ?? OLD_FILE_PLACEHOLDER, ...files })),
    part: part ?? item,
    build: kind === "agent-build-certificate",
    push: kind === "agent-push-certificate",
    profile: kind === "agent-profile",
  });
}

/** @see facts 3.2 */
const KINDS_WITH_CLOMO_MAIL: ReadonlySet<RenewalKind> = new Set(["push-certificate", "ade-token", "vpp-token"]);

const GUIDE_FIELDS = ["organisation", "owner", "account", "phone", "phoneHolder", "topic"] as const;

export interface GuideFacts {
  readonly own?: OwnToken | undefined;
  readonly first?: Text | undefined;
}

export function buildRenewalGuide(
  kind: RenewalKind,
  known: RenewalItem | null,
  expiresOn: string | null,
  { own, first }: GuideFacts = {},
): FilledGuide {
  const name = RENEWAL_KINDS[kind];
  const what = known === null ? name : text(`${name.en}: ${known.name}`, `${name.ja}: ${known.name}`);
  const guide = fillKindGuide(kind, known, what, own);
  const last = fillGuide("every-renewal", {
    mails: KINDS_WITH_CLOMO_MAIL.has(kind),
    uploaded: known !== null && isUploadedKind(kind),
    record: same(buildRecordCommand(kind, known)),
  }).steps;
  return {
    title: guide.title,
    facts: [...listGuideFacts(kind, known, expiresOn, own !== undefined), ...guide.facts],
    steps: [
      ...(first === undefined ? [] : [{ id: "first", what: first }]),
      ...guide.steps,
      ...(own === undefined ? last : []),
    ],
  };
}

function listGuideFacts(kind: RenewalKind, known: RenewalItem | null, expiresOn: string | null, isOwn: boolean) {
  const facts: readonly (readonly [Text, Text | string | null | undefined])[] = [
    [text("expires on", "期限"), expiresOn],
    [text("stored by", "保持しているテナント"), isOwn ? STORED_BY_THIS_TENANT : null],
    [text("after expiry", "期限が切れると"), isOwn ? OWN_TOKEN_CONSEQUENCES : EXPIRY_CONSEQUENCES[kind]],
    ...GUIDE_FIELDS.map((field) => [labelOf(field, kind), known?.[field]] as const),
  ];
  return facts.flatMap(([label, value]) =>
    value === null || value === undefined || value === ""
      ? []
      : [[label, typeof value === "string" ? same(value) : value] as const],
  );
}

const labelOf = (field: (typeof GUIDE_FIELDS)[number], kind: RenewalKind): Text =>
  field === "organisation" && kind === "vpp-token"
    ? text("organisation at Apple", "Apple 側の組織名")
    : RECORDED_FIELDS[field].label;

const STORED_BY_THIS_TENANT = text("this clomoctl tenant, not CLOMO", "clomoctl のこのテナント(CLOMO ではありません)");

const OWN_TOKEN_CONSEQUENCES = text(
  "this tenant can no longer fetch devices from Apple",
  "このテナントが Apple からデバイスの情報を取得できなくなります",
);
