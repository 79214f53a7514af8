/** The panel page. */
export {};
