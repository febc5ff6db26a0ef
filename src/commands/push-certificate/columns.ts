import { line } from "../../lib/advice/index.ts";
import type { Client, PushCertificate } from "../../lib/client/index.ts";
import { SIMULATOR_COMMANDS } from "../../lib/model/ade.ts";
import { PUSH_CERTIFICATE } from "../../lib/model/push-certificate.ts";
import { text, type Text } from "../../lib/text/index.ts";
import type { Field } from "../field.ts";
import { buildFieldColumns } from "../listing/columns.ts";

export const PUSH_COLUMNS = buildFieldColumns<PushCertificate>(PUSH_CERTIFICATE.fields);

/** The purpose of these commands and its limits: the first paragraph of their help. @see facts 3.3; apple 4 */
export const PUSH_CERTIFICATE_PURPOSE = text(
  "For tenants that are not mirrors, and for rehearsals with the simulator. For a CLOMO tenant, the signing request comes from the console (CLOMO PANEL), signed by CLOMO as the vendor; Apple's portal accepts no other request. For those steps, see `renewals guide push-certificate`. In a mirror of the console, these commands are refused unless the endpoint is a simulator.",
  "ミラーではないテナントと、シミュレーターでの練習のためのコマンドです。CLOMO のテナントの CSR は、管理画面(CLOMO PANEL)からダウンロードする、CLOMO がベンダーとして署名したものです(Apple のポータルはそれ以外を受け付けません)。手順は `renewals guide push-certificate` にあります。管理画面のミラーでは、接続先がシミュレーターの場合を除き実行できません。",
);

/** The note for a mirror, whose push certificate is in the console. */
export const PUSH_CERTIFICATE_IN_CONSOLE = text(
  `this tenant is a mirror, and its push certificate is in the console; for the steps: ${line("renewals guide", ["push-certificate"])}`,
  `このテナントは管理画面のミラーで、プッシュ通知証明書は管理画面にあります。手順: ${line("renewals guide", ["push-certificate"])}`,
);

export const APPLE_ACCOUNT_OPTION = {
  kind: "string",
  value: "MAIL",
  about: text(
    "Apple Account that created the certificate in Apple's portal",
    "Apple のポータルで証明書を作成した Apple Account",
  ),
} as const satisfies Field;

/** The portal that receives a signing request: Apple's or the simulator's. */
interface Portal {
  /** the simulator's address, if the endpoint is a simulator */
  readonly simulator: string | undefined;
  /** the file to which the request was just written */
  readonly file?: string | undefined;
}

/** Returns the portal that receives this tenant's requests. */
export const resolvePortal = async (client: Client<"ade">, { simulator }: PushCertificate): Promise<Portal> => ({
  simulator: simulator ? (await client.ade.show()).endpoint?.url : undefined,
});

/** Describes what to do after a request was written. */
export const describeStepsAfterRequest = (certificate: PushCertificate, portal: Portal): readonly Text[] => {
  const account = certificate.appleAccount ?? certificate.request?.email ?? "MAIL";
  const upload = line("push-certificate upload", ["FILE"], { appleAccount: account });
  return [describePortalStep(certificate, portal), text(`then: ${upload}`, `その後: ${upload}`)];
};

/** Describes what to do with a request in Apple's portal, or with the simulator in its place. @see facts 3.3, 3.4 */
const describePortalStep = ({ topic, appleAccount }: PushCertificate, { simulator, file }: Portal): Text => {
  if (simulator !== undefined) {
    const line = SIMULATOR_COMMANDS.pushCertificate(simulator, topic, file);
    return text(`get the certificate: ${line}`, `証明書を取得します: ${line}`);
  }
  const [en, ja] = appleAccount === null ? ["", ""] : [` as ${appleAccount}`, ` ${appleAccount} で`];
  return topic === null
    ? text(
        `sign in to Apple's portal (https://identity.apple.com/pushcert)${en}. Use the account that will renew the certificate every year, and choose Create a Certificate with the request once an MDM vendor has signed it: the portal accepts only signed requests, and clomoctl does not sign requests`,
        `Apple のポータル(https://identity.apple.com/pushcert)に、毎年の更新に使うアカウントで${ja}サインインし、MDM ベンダーの署名を受けた CSR で「Create a Certificate」を選びます(ポータルは署名のない CSR を受け付けず、clomoctl は署名しません)`,
      )
    : text(
        `sign in to Apple's portal (https://identity.apple.com/pushcert)${en}, and choose Renew for the certificate in use (never Create a Certificate) with the request once an MDM vendor has signed it: the portal accepts only signed requests, and clomoctl does not sign requests. The topic must still be ${topic}`,
        `Apple のポータル(https://identity.apple.com/pushcert)に${ja}サインインし、使用中の証明書の行で「Renew」を選び、MDM ベンダーの署名を受けた CSR を使います(「Create a Certificate」は使わない。ポータルは署名のない CSR を受け付けず、clomoctl は署名しません)。トピックは ${topic} のままでなければなりません`,
      );
};
