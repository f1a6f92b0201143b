/**
 * The first argument of a command line that asks for candidates: `__complete SHELL =TYPED WORD…`. TYPED is what has been
 * typed of the word at the cursor (with the sign it is never empty: some shells drop empty arguments), the words are
 * those between `polyvol` and the cursor. The answer is a candidate a line, then `:words`, or `:files` where the shell
 * is to complete the name of a file.
 */
export const ANSWER = "__complete";
