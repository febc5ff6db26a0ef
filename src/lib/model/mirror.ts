import { text } from "../text/index.ts";

/** Of what a mirror has none, as no export of the console brought it: that is not none. */
export const NOT_TAKEN = text("not taken in from the console", "管理画面から取り込まれていません");

/** Of a mirror's administrators, where nobody has said that those recorded are all: no export of the console tells. */
export const UNASKED = text("whether there are others nobody has said", "ほかにいるかは未確認");
