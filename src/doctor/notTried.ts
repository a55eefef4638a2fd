/** The finding of what needs a variable or secret file that is missing; another finding names it. */
export const NOT_TRIED = 'not tried, because it needs a variable or secret file that is missing';
