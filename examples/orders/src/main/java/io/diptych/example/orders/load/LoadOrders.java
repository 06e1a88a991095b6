package io.diptych.example.orders.load;

import io.diptych.cli.load.LoadOptions;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code load}: an order for each line of a file. */
@Command(
        name = "load",
        description = {
            "Send a CreateOrder for each line of a CSV file, and report what became of it.",
            "The first line names the columns: InvoiceNo, StockCode, Quantity, InvoiceDate (UTC), UnitPrice, CustomerID,"
                    + " Country. The order's id is InvoiceNo-StockCode. Loading a file again changes nothing."
        },
        parameterListHeading = "%nParameters:%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ${COMMAND-FULL-NAME} online-retail.csv",
            "  ${COMMAND-FULL-NAME} online-retail.csv --limit 1000 --concurrency 8"
        })
public final class LoadOrders implements Callable<Integer> {

    @Parameters(paramLabel = "FILE.csv", description = "Order lines, in UTF-8.")
    private Path file = Path.of("");

    @Mixin
    private final LoadOptions options = new LoadOptions();

    @Override
    public Integer call() throws InterruptedException {
        try (OrderLines lines = OrderLines.open(file)) {
            return options.load(lines, "CreateOrder", "order_summary");
        }
    }
}
