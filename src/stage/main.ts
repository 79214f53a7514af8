/** The stage page. */
export {};
