package io.diptych.chaos.check;

import io.diptych.chaos.bank.TransferStatus;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** While some events could not be folded, their rows waited, and all others were as they are now that they can be. */
final class PoisonHoldsUpItsOwnRow implements Check {

    @Override
    public String promise() {
        return "a poison event holds up its own row and no other";
    }

    @Override
    public List<Violation> judge(Run run) {
        List<Map<String, Object>> now = run.tables().get(TransferStatus.READ_MODEL);
        if (now == null) {
            return List.of(new Violation("the transfers could not be read to their end", null));
        }
        Set<Map<String, Object>> expected = new HashSet<>(now);
        expected.removeIf(PoisonHoldsUpItsOwnRow::isTroubled);
        Set<Map<String, Object>> found = new HashSet<>(run.duringTrouble());
        var violations = new ArrayList<Violation>();
        for (Map<String, Object> row : found) {
            if (!expected.contains(row)) {
                violations.add(new Violation("during the trouble there was the row " + row, null));
            }
        }
        for (Map<String, Object> row : expected) {
            if (!found.contains(row)) {
                violations.add(new Violation("during the trouble the row " + row + " was missing", null));
            }
        }
        return violations;
    }

    private static boolean isTroubled(Map<String, Object> row) {
        return row.get("amount") instanceof Number amount && TransferStatus.isTroubled(amount.longValue());
    }
}
