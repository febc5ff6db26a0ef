import { text } from "../../text/index.ts";
import type { Check, Rule } from "./index.ts";

/** @see facts 3.4: a changed topic cuts every enrolled device off, and nothing says so anywhere */
export const topic: Rule = ({ current, next }): Check => {
  const [was, is] = [current.expiring.topic, next.expiring.topic];
  if (was === null || is === null) {
    return {
      id: "topic",
      outcome: "bad",
      what: text("a topic (subject UID) is missing", "トピック(サブジェクトの UID)がありません"),
    };
  }
  if (was === is) return { id: "topic", outcome: "good", what: text(`the same: ${was}`, `同じ: ${was}`) };
  return {
    id: "topic",
    outcome: "bad",
    what: text(
      `it changes from ${was} to ${is}: after the upload every enrolled device stops answering, until it is enrolled again. Do not upload it. Use Renew on the existing row of Apple's portal, never Create a Certificate, with the same Apple Account`,
      `${was} から ${is} に変わります。アップロードすると、登録済みの全デバイスが応答しなくなり、再登録が必要になります。アップロードしないでください。Apple のポータルで同じ Apple Account を使い、既存の行の「Renew」を選んでください(「Create a Certificate」は使わない)`,
    ),
  };
};
