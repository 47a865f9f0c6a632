package dev.countergate.policy.template;

import dev.countergate.policy.parameter.Parameter;
import java.util.List;

/** How one family of languages puts values into its texts. */
interface Form {
    /** The text of the template's own shape; what is wrong with a value is noted in {@code filling}. */
    String render(Filling filling);

    /** The texts of a template that is nothing but the array {@code parameter}, one for each item. */
    List<String> renderAll(Parameter parameter, Filling filling);
}
