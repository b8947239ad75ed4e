"""What a kill runner needs: clients with journals, and a checker that compares what they were told with all there is."""
